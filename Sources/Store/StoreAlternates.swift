import ModelCore
import SystemIO
package import SystemPackage

/// The stores that one reads frames from beside its own: the file `alternates` in it (`docs/formats.md`).
///
/// Only that file names them, never anything in a work tree or remote.
package struct StoreAlternates: Sendable {
    private static let firstLine = "git-model-alternates 1"
    private static let pathPrefix = "store "
    private static let byteLimit = 1 << 20
    /// How far alternates of alternates count, as in Git.
    private static let maximumDepth = 5

    private let root: FilePath

    /// Creates a view of the alternates of the store at `root`.
    package init(of root: FilePath) { self.root = root }

    private var path: FilePath { root.appending(StoreLayout.alternates) }

    /// Returns the directories of the alternates, in the order in which they are read.
    package func all() throws(StoreError) -> [FilePath] {
        let bytes: [UInt8]
        do {
            guard try FileStatus.of(path) != nil else { return [] }
            bytes = try DurableFile.read(path, limit: StoreAlternates.byteLimit)
        } catch { throw .io(error) }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines[0] == StoreAlternates.firstLine else {
            if lines[0].hasPrefix("git-model-alternates ") { throw .needsNewerVersion(path, String(lines[0])) }
            throw .damaged(path, FormatError("alternates", .malformed("it is no list of stores")))
        }
        return try lines.dropFirst().dropLast().map { line throws(StoreError) in
            guard line.hasPrefix(StoreAlternates.pathPrefix + "/") else {
                throw .damaged(path, FormatError("alternates", .malformed("a line names no absolute path")))
            }
            return FilePath(String(line.dropFirst(StoreAlternates.pathPrefix.count)))
        }
    }

    /// Writes the list; none at all removes the file.
    package func write(_ stores: [FilePath]) throws(StoreError) {
        do {
            guard !stores.isEmpty else { return try DurableFile.remove(path) }
            let lines = [StoreAlternates.firstLine] + stores.map { StoreAlternates.pathPrefix + $0.string }
            try DurableFile.write(Array(lines.map { $0 + "\n" }.joined().utf8), to: path)
        } catch { throw .io(error) }
    }

    /// Opens the alternates, but for those among `others`, and says why some cannot be.
    func open(below others: [FilePath]) throws(StoreError) -> (stores: [LocalStore], problems: [StoreError]) {
        guard others.count < StoreAlternates.maximumDepth else { return ([], []) }
        var stores: [LocalStore] = []
        var problems: [StoreError] = []
        for path in try all() {
            do throws(StoreError) {
                if try StoreAlternates.isSame(path, as: others + [root]) { continue }
                let store = try LocalStore(path, below: others + [root])
                stores.append(store)
                problems += store.alternateProblems
            } catch {
                problems.append(.unusableAlternate(path, of: root, reason: "\(error)"))
            }
        }
        return (stores, problems)
    }

    /// Whether a path leads to one of some stores, by whatever links.
    private static func isSame(_ path: FilePath, as stores: [FilePath]) throws(StoreError) -> Bool {
        do throws(IOError) {
            for store in stores {
                if path == store { return true }
                if try FileStatus.isSame(path, store) { return true }
            }
            return false
        } catch { throw .io(error) }
    }
}
