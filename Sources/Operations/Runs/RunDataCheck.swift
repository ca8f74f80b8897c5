import Git
import ModelCore
import Registry
import Runs
import SystemIO
import SystemPackage

/// Looks whether a worktree has what a run read; what only the user's own work tree has, as data that Git ignores, is linked there.
struct RunDataCheck {
    let worktree: Workspace
    let owner: Workspace

    /// Returns what the user should know; throws for data that are not what the run read.
    func run(_ data: [RunData]) async throws -> [String] {
        guard !data.isEmpty else { return [] }
        var digests = DataDigests(worktree, tracked: try await worktree.pointers())
        var warnings: [String] = []
        for item in data {
            guard item.kind != .url, let digest = item.digest else {
                warnings.append("nobody knows whether \(item.source) is what it was: the record has no digest of it")
                continue
            }
            try link(item)
            let place = worktree.root.pushing(FilePath(item.source))
            let found: RunData
            do { found = try await digests.data(place.string) } catch {
                if worktree.context.cancellation.isCancelled { throw error }
                throw Failure(nil, "\(item.source), which the run read, cannot be had", cause: error)
            }
            guard found.digest == digest else {
                throw Failure(
                    .verification,
                    "\(item.source) is not what the run read: it is \(found.digest ?? "nothing"), and was \(digest)"
                )
            }
            if item.kind == .dvc { warnings.append("only DVC has the data of \(item.source): `dvc checkout`") }
        }
        digests.save()
        return warnings
    }

    /// Returns a warning for each of the data that is linked from the user's own work tree and that the command changed there.
    func changes(of data: [RunData]) async throws -> [String] {
        var digests = DataDigests(worktree, tracked: try await worktree.pointers())
        var warnings: [String] = []
        for item in data where item.kind == .path && item.digest != nil {
            guard let path = try? RepositoryPath(item.source) else { continue }
            let place = try worktree.location(of: path)
            guard try FileStatus.of(place)?.kind == .symbolicLink else { continue }
            let found = try await digests.data(place.string)
            if found.digest != item.digest {
                warnings.append("the run changed \(item.source) in your own work tree: the worktree had a link to it")
            }
        }
        digests.save()
        return warnings
    }

    /// Links what the worktree lacks of data in the repository's own tree.
    private func link(_ item: RunData) throws {
        guard !owner.isBare, let path = try? RepositoryPath(item.source) else { return }
        let (own, place) = (try owner.location(of: path), try worktree.location(of: path))
        guard let status = try FileStatus.of(own) else { return }
        guard let there = try FileStatus.of(place) else { return try link(own, at: place) }
        guard status.kind == .directory, there.kind == .directory else { return }
        // Git has a part of it.
        for file in try DirectoryWalk.entries(under: own) where try FileStatus.of(place.appending(file.path)) == nil {
            try link(own.appending(file.path), at: place.appending(file.path))
        }
    }

    private func link(_ target: FilePath, at place: FilePath) throws {
        try Directories.create(place.removingLastComponent(), durable: false)
        try SymbolicLink.write(target: target.string, to: place)
    }
}
