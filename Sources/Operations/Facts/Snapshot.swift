import Git
import ModelCore
import SystemIO
import SystemPackage

/// The small files of a commit, or of the work tree: those that Git has, and new ones that it does not ignore.
///
/// What a sparse checkout leaves out of the work tree is as the index has it.
struct Snapshot: Sendable {
    /// What was read, and what could not be.
    struct Contents: Sendable {
        /// The bytes of the files that are there, by their paths.
        var bytes: [String: [UInt8]] = [:]
        /// Which files could not be read, and why, as clauses.
        var problems: [String] = []
        /// The same, by the paths of the files.
        var problemsByPath: [String: String] = [:]

        mutating func note(_ problem: String, about path: String) {
            problems.append(problem)
            problemsByPath[path] = problem
        }
    }

    private enum Place {
        case commit(GitObjects, [String: GitObjectID])
        case workTree(FilePath, WorkerPool, GitObjects, leftOut: [String: GitObjectID])
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
        let repository = workspace.repository
        let output = try await repository.program.run([
            "ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard", "--full-name",
        ])
        // A letter for the state, a space, the path (git-ls-files(1), -t); S is what a sparse checkout leaves out.
        let records = output.bytes.split(separator: 0).filter { $0.count > 2 }
        // The index has several versions of a file whose merge is not resolved.
        paths = Set(records.compactMap { String(validating: $0.dropFirst(2), as: UTF8.self) }).sorted()
        let skipped = Set(records.filter { $0.first == UInt8(ascii: "S") }.map { GitPath(bytes: $0.dropFirst(2)) })
        var leftOut: [String: GitObjectID] = [:]
        for entry in skipped.isEmpty ? [] : try await repository.index.entries()
        where entry.mode.isFile && skipped.contains(entry.path) {
            if let path = entry.path.text { leftOut[path] = entry.id }
        }
        place = .workTree(workspace.root, workspace.pool, repository.objects, leftOut: leftOut)
    }

    /// Leaves out some of the files.
    mutating func leaveOut(_ isLeftOut: (String) -> Bool) { paths.removeAll(where: isLeftOut) }

    /// Reads files of at most so many bytes; one that is not there is left out, in the work tree also one that Git
    /// ignores is.
    func read(_ wanted: [String], limit: Int64) async throws -> Contents {
        switch place {
        case .commit(let objects, let ids):
            var contents = Contents()
            try await Snapshot.add(wanted, ids, from: objects, limit: limit, to: &contents)
            return contents
        case .workTree(let root, let pool, let objects, let leftOut):
            var (contents, absent) = try await pool.run { Snapshot.contents(of: wanted, below: root, limit: limit) }
            try await Snapshot.add(absent, leftOut, from: objects, limit: limit, to: &contents)
            return contents
        }
    }

    private static func add(
        _ wanted: [String],
        _ ids: [String: GitObjectID],
        from objects: GitObjects,
        limit: Int64,
        to contents: inout Contents
    ) async throws(GitError) {
        let found = wanted.compactMap { path in ids[path].map { (path: path, id: $0) } }
        guard !found.isEmpty else { return }
        let blobs = try await objects.smallBlobs(found.map(\.id), limit: limit)
        for file in found {
            if let bytes = blobs[file.id] {
                contents.bytes[file.path] = bytes
            } else {
                contents.note(tooLarge(file.path, limit), about: file.path)
            }
        }
    }

    /// Reads what is on disk, and returns the paths where there is nothing, too.
    private static func contents(
        of wanted: [String],
        below root: FilePath,
        limit: Int64
    ) -> (contents: Contents, absent: [String]) {
        var contents = Contents()
        var absent: [String] = []
        for path in wanted {
            guard let components = (try? RepositoryPath(path))?.components else { continue }
            do {
                let location = try SafeRelativePath.resolve(root: root, components: components)
                guard let status = try FileStatus.of(location) else {
                    absent.append(path)
                    continue
                }
                guard status.kind == .regular else { continue }
                guard status.size <= limit else {
                    contents.note(tooLarge(path, limit), about: path)
                    continue
                }
                contents.bytes[path] = try DurableFile.read(location, limit: Int(limit))
            } catch UnsafePathError.symbolicLink(_, _), UnsafePathError.notDirectory(_, _) {
                // Git has no file there either.
                continue
            } catch { contents.note("\(error)", about: path) }
        }
        return (contents, absent)
    }

    private static func tooLarge(_ path: String, _ limit: Int64) -> String {
        "\(QuotedPath.encode(path)) has more than \(limit >> 20) MiB, and is not read"
    }
}
