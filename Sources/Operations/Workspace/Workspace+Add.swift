import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

extension Workspace {
    /// Takes artifacts out of Git's own tracking and makes Git ignore them.
    ///
    /// Returns the ignore files that changed, and a warning for each artifact whose bytes Git's history keeps.
    func takeFromGit(
        _ paths: [RepositoryPath],
        stages: Bool
    ) async throws -> (changed: [RepositoryPath], warnings: [String]) {
        let changed = try ignore(paths)
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
    func ignore(_ paths: [RepositoryPath]) throws -> [RepositoryPath] {
        var changed: [RepositoryPath] = []
        for (directory, group) in Dictionary(grouping: paths, by: \.parent) {
            if try ignore(group.map(\.name), in: directory) { changed.append(IgnoreFile.path(in: directory)) }
        }
        return changed
    }

    /// Adds lines to the ignore file beside artifacts; `false` where they were there already.
    private func ignore(_ names: [String], in directory: RepositoryPath?) throws -> Bool {
        let location = try location(of: IgnoreFile.path(in: directory))
        var file = IgnoreFile(try FileStatus.of(location) == nil ? [] : DurableFile.read(location, limit: 16 << 20))
        guard file.ignore(names) else { return false }
        try DurableFile.write(file.bytes, to: location, permissions: 0o666)
        return true
    }

    /// Removes lines that `add` wrote; returns the ignore file if it changed.
    func unignore(_ path: RepositoryPath) throws -> RepositoryPath? {
        let ignoreFile = IgnoreFile.path(in: path.parent)
        let location = try location(of: ignoreFile)
        guard try FileStatus.of(location) != nil else { return nil }
        var file = IgnoreFile(try DurableFile.read(location, limit: 16 << 20))
        guard file.unignore(path.name) else { return nil }
        try DurableFile.write(file.bytes, to: location, permissions: 0o666)
        return ignoreFile
    }
}
