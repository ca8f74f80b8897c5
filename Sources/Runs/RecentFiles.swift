import SystemIO
import SystemPackage

/// Finds files below a directory that changed since a moment; what cannot be looked at is left out, and named.
struct RecentFiles {
    /// How many directories deep files are looked for.
    private static let depthLimit = 6
    /// File systems keep times less exactly than clocks do, in ms.
    private static let tolerance: Int64 = 2
    /// Directories that have other things in them, however many.
    private static let skipped: Set<String> = [
        ".git", ".hg", "node_modules", "__pycache__", ".venv", "venv", "site-packages", ".dvc", ".build", ".tox",
        ".pixi",
    ]

    /// What could not be looked at.
    private(set) var problems: [String] = []
    private let earliest: Int64
    private let root: FilePath
    private let isWanted: (_ path: String) -> Bool

    /// Creates a search for files below `root` whose relative paths are wanted.
    init(since moment: Timestamp, below root: FilePath, where isWanted: @escaping (_ path: String) -> Bool) {
        earliest = (moment.milliseconds - RecentFiles.tolerance) * 1_000_000
        self.root = root
        self.isWanted = isWanted
    }

    /// Whether files at such a path, below where a search begins, are looked for at all, however old they are.
    static func covers(_ path: String) -> Bool {
        let directories = path.split(separator: "/").dropLast()
        return directories.count <= depthLimit && !directories.contains { skipped.contains(String($0)) }
    }

    /// A file, and when it changed.
    struct File {
        /// The path below the root.
        let path: String
        /// The last change of its bytes.
        let modified: Timestamp
    }

    /// Returns the files, sorted by name in each directory; links are not followed.
    mutating func files() -> [File] {
        var found: [File] = []
        walk("", depth: 0, &found)
        return found
    }

    private mutating func walk(_ directory: String, depth: Int, _ found: inout [File]) {
        let entries: [DirectoryEntry]
        do throws(IOError) {
            entries = try DirectoryEntry.all(in: directory.isEmpty ? root : root.appending(directory))
        } catch {
            problems.append("metrics may be missing: \(error)")
            return
        }
        for entry in entries {
            let path = directory.isEmpty ? entry.name : "\(directory)/\(entry.name)"
            switch entry.kind {
            case .directory where depth < RecentFiles.depthLimit && !RecentFiles.skipped.contains(entry.name):
                walk(path, depth: depth + 1, &found)
            case .regular where isWanted(path):
                guard let status = try? FileStatus.of(root.appending(path)) else { continue }
                guard status.modified >= earliest else { continue }
                found.append(File(path: path, modified: Timestamp(nanoseconds: status.modified)))
            default: continue
            }
        }
    }
}
