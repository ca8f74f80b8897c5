import Git
import ModelCore
import Registry
import Runs
import Store
import SystemIO
import SystemPackage

/// A work tree apart from the user's own, in which a run is done again.
struct RunWorktree {
    /// The repository as it is seen from there.
    let workspace: Workspace
    /// The repository as the user sees it.
    let owner: Workspace
    private let place: FilePath
    /// `nil` of one that is to stay.
    private let claim: WorktreeClaim?

    /// Makes one with the files of a commit, or without any, in a directory that is not there or empty.
    ///
    /// Unless it is to stay, others remove it once this process is gone. What was there before stays as it is, also
    /// where this fails.
    static func make(
        at commit: GitObjectID?,
        in place: FilePath,
        of owner: Workspace,
        stays: Bool
    ) async throws -> RunWorktree {
        try requireFree(place)
        let start: GitObjectID
        if let commit { start = commit } else { start = try await owner.repository.makeEmptyCommit() }
        let claim = try WorktreeClaim(in: owner)
        do {
            try await owner.repository.addWorktree(at: place, commit: start, lockedFor: claim.reason)
            let workspace = try await Workspace.open(in: owner.context.standing(in: place))
            guard stays else { return RunWorktree(workspace: workspace, owner: owner, place: place, claim: claim) }
            try await owner.repository.unlockWorktree(at: place)
            claim.end()
            return RunWorktree(workspace: workspace, owner: owner, place: place, claim: nil)
        } catch {
            _ = try? await removeWorktree(of: claim, in: owner)
            claim.end()
            throw error
        }
    }

    /// Throws where a directory has something in it: that is somebody's, as a worktree that was to stay is.
    private static func requireFree(_ place: FilePath) throws {
        guard let status = try FileStatus.of(place) else { return }
        guard status.kind == .directory, try DirectoryEntry.all(in: place).isEmpty else {
            throw Failure(
                .failed,
                "\(QuotedPath.encode(place.string)) is there already, and is no empty directory",
                hints: ["name another directory: `--in DIR`"]
            )
        }
    }

    /// Removes the worktree that has a claim, also where the user interrupted what was done in it; returns whether
    /// there was one.
    private static func removeWorktree(of claim: WorktreeClaim, in owner: Workspace) async throws -> Bool {
        let repository = owner.repository
        return try await Task.detached { try await claim.removeWorktree(from: repository) }.value
    }

    /// Removes it, unless it is to stay; returns what to warn of where that fails.
    func remove() async -> [String] {
        guard let claim else { return [] }
        do {
            let wasThere = try await RunWorktree.removeWorktree(of: claim, in: owner)
            claim.end()
            return wasThere ? [] : ["the worktree \(place) was not removed: it is not locked for this any more"]
        } catch { return ["the worktree \(place) could not be removed: \(error)"] }
    }

    /// Checks out the submodules, from clones in the user's own repository, at the commits that a patch of the run
    /// leads them to, or else those of the commit; returns what to warn of.
    func checkOutSubmodules(_ patch: [UInt8]?) async throws -> [String] {
        guard let submodules = GitSubmodules(of: workspace.repository, clonedIn: owner.repository) else { return [] }
        let commits = patch.map(GitDifference.submodules) ?? [:]
        return try await submodules.checkOut(commits).map { absence in
            let reason = absence.problem.map { ": \($0)" } ?? ": no clone of it in this repository has the commit"
            return "the submodule \(absence.path) is empty, and was at \(absence.commit.abbreviated)\(reason)"
        }
    }

    /// Restores the artifacts that the pointers there name, but for those of other runs; returns what to warn of.
    func restore(from store: LocalStore) async throws -> [String] {
        let wanted = try await workspace.checkedOutArtifacts().filter { !$0.path.isOfRun }
        let absent = wanted.filter { !Closure(of: [$0.pointer], in: store).isComplete }
        var warnings: [String] = []
        // The user's own configuration says where remotes are now.
        if !absent.isEmpty, owner.configuration.defaultRemote != nil {
            do { _ = try await owner.fetch(absent, from: nil, into: store) } catch {
                if owner.context.cancellation.isCancelled { throw error }
                warnings.append("artifacts could not be fetched: \(error)")
            }
        }
        let result = try await workspace.restore(wanted, from: store, isForced: true)
        return warnings + result.problems.map { "\($0.subject) is missing: \($0.message)" }
    }

    /// Returns the directory in which a run's command ran.
    func directory(of run: RunRecord) throws -> FilePath {
        guard !run.directory.isEmpty else { return workspace.root }
        let directory = try workspace.location(of: RepositoryPath(run.directory))
        try Directories.create(directory, durable: false)
        return directory
    }

    /// Returns a run's command; a program that only the user's own work tree has, as that of an environment in it, is
    /// named by its place there.
    func command(of run: RunRecord) throws -> [String] {
        guard let name = run.command.first, name.contains("/"), !name.hasPrefix("/"), !owner.isBare else {
            return run.command
        }
        let program = FilePath(name)
        let isThere = try FileStatus.of(directory(of: run).pushing(program), followingLinks: true) != nil
        let own = owner.root.pushing(FilePath(run.directory)).pushing(program).lexicallyNormalized()
        guard try !isThere && FileStatus.of(own, followingLinks: true) != nil else { return run.command }
        return [own.string] + run.command.dropFirst()
    }
}
