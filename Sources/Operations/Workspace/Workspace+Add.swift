import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

extension Workspace {
    /// The most bytes that are read of a small file that commands write to.
    static let trackedByteLimit = 16 << 20

    /// Takes artifacts out of Git's own tracking and makes Git ignore them.
    ///
    /// Returns the ignore files that changed, and a warning for each artifact whose bytes Git's history keeps.
    func takeFromGit(
        _ paths: [RepositoryPath],
        stages: Bool
    ) async throws -> (changed: [RepositoryPath], warnings: [String]) {
        let changed = try await ignore(paths)
        var warnings: [String] = []
        let pathspecs = paths.map { GitPathspec.path(GitPath($0.text)) }
        let tracked = try await repository.index.entries(pathspecs).map(\.path.description)
        for path in paths where tracked.contains(where: { $0 == path.text || $0.hasPrefix(path.text + "/") }) {
            let isLFS = try await repository.index.attribute("filter", of: [GitPath(path.text)]).values.contains("lfs")
            let who = isLFS ? "Git LFS" : "Git itself"
            if stages { try await repository.index.untrack([GitPath(path.text)]) }
            warnings.append("\(path) is no longer tracked by \(who), but the history keeps it")
        }
        return (changed, warnings)
    }

    /// Makes Git ignore artifacts; returns the ignore files that changed.
    func ignore(_ paths: [RepositoryPath]) async throws -> [RepositoryPath] {
        var changed: [RepositoryPath] = []
        for (directory, group) in Dictionary(grouping: paths, by: \.parent) {
            if try await ignore(group.map(\.name), in: directory) { changed.append(IgnoreFile.path(in: directory)) }
        }
        return changed
    }

    /// Adds lines to the ignore file beside artifacts; `false` where they were there already.
    private func ignore(_ names: [String], in directory: RepositoryPath?) async throws -> Bool {
        let location = try location(of: IgnoreFile.path(in: directory))
        var file = IgnoreFile(try await trackedBytes(of: IgnoreFile.path(in: directory)) ?? [])
        guard file.ignore(names) else { return false }
        try DurableFile.write(file.bytes, to: location, permissions: 0o666)
        return true
    }

    /// Removes lines that `add` wrote; returns the ignore file if it changed.
    func unignore(_ path: RepositoryPath) async throws -> RepositoryPath? {
        let ignoreFile = IgnoreFile.path(in: path.parent)
        guard let bytes = try await trackedBytes(of: ignoreFile) else { return nil }
        var file = IgnoreFile(bytes)
        guard file.unignore(path.name) else { return nil }
        let location = try location(of: ignoreFile)
        // A sparse checkout may have left out the directory, too.
        try Directories.create(location.removingLastComponent(), durable: false)
        try DurableFile.write(file.bytes, to: location, permissions: 0o666)
        return ignoreFile
    }

    /// Returns the bytes of a file that Git tracks and that is to be written anew; `nil` where there is none.
    ///
    /// One that a sparse checkout leaves out is as the index has it: what is written in its place is staged as a whole.
    func trackedBytes(of path: RepositoryPath) async throws -> [UInt8]? {
        if let bytes = try bytesOnDisk(of: path) { return bytes }
        let place = GitPath(path.text)
        return try await leftOutFiles([.path(place)], limit: Int64(Workspace.trackedByteLimit))[place]
    }

    /// Returns the bytes of a file of the work tree that is to be staged; `nil` where there is none.
    ///
    /// Only of a plain file: what a link leads to may be a secret of this machine, which would be staged as the file.
    func bytesOnDisk(of path: RepositoryPath) throws -> [UInt8]? {
        let location = try location(of: path)
        guard let status = try FileStatus.of(location) else { return nil }
        guard status.kind == .regular else {
            let isLink = status.kind == .symbolicLink
            throw Failure(
                .failed,
                isLink ? "\(path) is a symbolic link, which is not followed" : "\(path) is no plain file",
                hints: ["take it away: `rm -r -- \(path.shellWord)`"]
            )
        }
        return try DurableFile.read(location, limit: Workspace.trackedByteLimit)
    }
}
