import Git
import ModelCore
import SystemIO
import SystemPackage

/// The small files of a commit, or of the work tree: those that Git has, and new ones that it does not ignore.
struct Snapshot: Sendable {
    /// What was read, and what could not be.
    struct Contents: Sendable {
        /// The bytes of the files that are there, by their paths.
        var bytes: [String: [UInt8]] = [:]
        /// Which files could not be read, and why, as clauses.
        var problems: [String] = []
    }

    private enum Place {
        case commit(GitObjects, [String: GitObjectID])
        case workTree(FilePath, WorkerPool)
    }

    /// The paths of the files, from the top of the repository, sorted; those that are no UTF-8 are left out.
    private(set) var paths: [String]
    private let place: Place

    /// Lists the files of a commit; links are none.
    init(of commit: GitObjectID, in repository: GitRepository) async throws(GitError) {
        let entries = try await repository.objects.entries(in: commit, matching: .all).filter(\.mode.isFile)
        let named = entries.compactMap { entry in entry.path.text.map { ($0, entry.id) } }
        paths = named.map(\.0)
        place = .commit(repository.objects, Dictionary(named) { first, _ in first })
    }

    /// Lists the files of the work tree.
    init(ofWorkTreeIn workspace: Workspace) async throws(GitError) {
        let output = try await workspace.repository.program.run([
            "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name",
        ])
        let listed = output.bytes.split(separator: 0).compactMap { String(validating: $0, as: UTF8.self) }
        // The index has several versions of a file whose merge is not resolved.
        paths = Set(listed).sorted()
        place = .workTree(workspace.root, workspace.pool)
    }

    /// Leaves out some of the files.
    mutating func leaveOut(_ isLeftOut: (String) -> Bool) { paths.removeAll(where: isLeftOut) }

    /// Reads files of at most so many bytes; one that is not there is left out, in the work tree also one that Git
    /// ignores is.
    func read(_ wanted: [String], limit: Int64) async throws -> Contents {
        switch place {
        case .commit(let objects, let ids):
            let found = wanted.compactMap { path in ids[path].map { (path: path, id: $0) } }
            let blobs = try await objects.smallBlobs(found.map(\.id), limit: limit)
            var contents = Contents()
            for file in found {
                if let bytes = blobs[file.id] {
                    contents.bytes[file.path] = bytes
                } else {
                    contents.problems.append(Snapshot.tooLarge(file.path, limit))
                }
            }
            return contents
        case .workTree(let root, let pool):
            return try await pool.run { Snapshot.contents(of: wanted, below: root, limit: limit) }
        }
    }

    private static func contents(of wanted: [String], below root: FilePath, limit: Int64) -> Contents {
        var contents = Contents()
        for path in wanted {
            guard let components = (try? RepositoryPath(path))?.components else { continue }
            do {
                let location = try SafeRelativePath.resolve(root: root, components: components)
                guard let status = try FileStatus.of(location), status.kind == .regular else { continue }
                guard status.size <= limit else {
                    contents.problems.append(tooLarge(path, limit))
                    continue
                }
                contents.bytes[path] = try DurableFile.read(location, limit: Int(limit))
            } catch UnsafePathError.symbolicLink(_, _), UnsafePathError.notDirectory(_, _) {
                // Git has no file there either.
                continue
            } catch { contents.problems.append("\(error)") }
        }
        return contents
    }

    private static func tooLarge(_ path: String, _ limit: Int64) -> String {
        "\(QuotedPath.encode(path)) has more than \(limit >> 20) MiB, and is not read"
    }
}
