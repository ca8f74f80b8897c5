import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// `git model checkout`: a version's commit with `git`, then its artifacts; or, without a version, artifacts alone.
package struct Checkout: Sendable {
    /// What was done.
    package struct Report: Operations.Report {
        /// The version or revision that was checked out; `nil` when only artifacts were restored.
        package var version: String?
        /// The commit that was checked out.
        package var commit: String?
        /// The artifacts that were written.
        package var restored: [RestoredArtifact] = []
        package var hints: [String] = []
        package var problems: [Problem] = []
    }

    private let version: String?
    private let paths: [String]
    private let isForced: Bool
    private let fetches: Bool

    /// Creates the operation; without `fetches`, nothing comes from a remote.
    package init(_ version: String?, paths: [String] = [], isForced: Bool = false, fetches: Bool = true) {
        self.version = version
        self.paths = paths
        self.isForced = isForced
        self.fetches = fetches
    }

    /// Checks out, or refuses before anything changed where work would be lost.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        let joined = try workspace.openStore()
        let tracked = try await workspace.trackedArtifacts()
        guard let version else {
            return try await restoreOnly(try workspace.select(paths, among: tracked), in: workspace, joined.store)
        }
        let resolved = try await workspace.resolve(version)
        if !paths.isEmpty {
            return try await restorePaths(of: resolved, in: workspace, joined.store)
        }
        let current = try await workspace.modified(tracked, store: joined.store)
        if !isForced, let first = current.first { throw lost([first], of: resolved.name, again: version) }
        let wanted = try await PointerIndex.at(resolved.commit, in: workspace.repository).entries
        if fetches { try await fetchAbsent(wanted, in: workspace, joined.store) }
        try requirePresent(wanted, in: joined.store, of: resolved.name)
        let previous = try await workspace.repository.objects.head()
        let kept = Set(wanted.map(\.path))
        let gone = tracked.filter { !kept.contains($0.path) }
        try await checkOut(resolved, without: gone, in: workspace, joined.store)
        var report = Report(version: resolved.name, commit: resolved.commit.hex)
        let result = try await workspace.restore(wanted, from: joined.store, isForced: isForced)
        report.restored = result.restored
        report.problems = result.problems
        if case .branch(let name, _) = previous {
            report.hints = ["go back: `git switch \(name.dropFirst("refs/heads/".count))`"]
        }
        return report
    }

    /// Lets Git check out a version that does not have the artifacts in `gone`.
    private func checkOut(
        _ resolved: ResolvedVersion,
        without gone: [PointerIndex.Entry],
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws {
        do {
            try await workspace.checkOut(resolved.commit, isForced: isForced, without: gone, store)
        } catch let error as GitError {
            guard case .wouldOverwrite = error.kind else { throw error }
            throw Failure(
                .failed,
                "cannot check out \(resolved.name)",
                hints: [
                    "keep them: `git stash`, or commit them",
                    "or lose them: `git model checkout --force \(version ?? resolved.name)`",
                ],
                cause: error
            )
        }
    }

    private func restoreOnly(
        _ artifacts: [PointerIndex.Entry],
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws -> Report {
        let modified = try await workspace.modified(artifacts, store: store)
        if !isForced, let first = modified.first {
            throw Failure(
                .failed,
                "cannot restore \(first.path): it has changes that are in no store",
                hints: [
                    "keep them: `git model add \(first.path)`, then `git commit`",
                    "or lose them: `git model checkout --force -- \(first.path)`",
                ]
            )
        }
        if fetches { try await fetchAbsent(artifacts, in: workspace, store) }
        let result = try await workspace.restore(artifacts, from: store, isForced: isForced)
        return Report(restored: result.restored, problems: result.problems)
    }

    /// Restores some artifacts as another version has them; their pointers change with them, as files do in `git checkout`.
    private func restorePaths(
        of resolved: ResolvedVersion,
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws -> Report {
        let all = try await PointerIndex.at(resolved.commit, in: workspace.repository).entries
        let wanted = try workspace.select(paths, among: all)
        let modified = try await workspace.modified(wanted, store: store)
        if !isForced, let first = modified.first {
            throw lost([first], of: resolved.name, again: "\(version ?? "") -- \(first.path)")
        }
        if fetches { try await fetchAbsent(wanted, in: workspace, store) }
        try requirePresent(wanted, in: store, of: resolved.name)
        for artifact in wanted {
            let pointer = try workspace.location(of: artifact.path.appendingPointerSuffix)
            try Directories.create(pointer.removingLastComponent(), durable: false)
            try DurableFile.write(
                artifact.pointer.encoded,
                to: pointer,
                permissions: artifact.isExecutable ? 0o777 : 0o666
            )
        }
        try await workspace.repository.index.stage(wanted.map { GitPath($0.path.appendingPointerSuffix.text) })
        let result = try await workspace.restore(wanted, from: store, isForced: isForced)
        return Report(version: resolved.name, restored: result.restored, problems: result.problems)
    }

    private func lost(_ artifacts: [PointerIndex.Entry], of version: String, again: String) -> Failure {
        Failure(
            .failed,
            "cannot check out \(version): \(artifacts[0].path) has changes that are in no store",
            hints: [
                "keep them: `git model add \(artifacts[0].path)`, then `git commit`",
                "or lose them: `git model checkout --force \(again)`",
            ]
        )
    }

    private func fetchAbsent(
        _ artifacts: [PointerIndex.Entry],
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws {
        let absent = artifacts.filter { !Closure(of: [$0.pointer], in: store).isComplete }
        guard !absent.isEmpty, workspace.configuration.defaultRemote != nil else { return }
        _ = try await workspace.fetch(absent, from: nil, into: store)
    }

    private func requirePresent(_ artifacts: [PointerIndex.Entry], in store: LocalStore, of version: String) throws {
        guard let absent = artifacts.first(where: { !Closure(of: [$0.pointer], in: store).isComplete }) else { return }
        throw Failure(
            .failed,
            "cannot check out \(version): the bytes of \(absent.path) are in no store that is known here",
            hints: ["ask who made the version to push it: `git model push \(version)`"]
        )
    }
}

extension Workspace {
    /// Lets Git check out a commit that does not have some of the artifacts.
    ///
    /// They go first: were this killed in between, nobody would know any more that they were artifacts.
    fileprivate func checkOut(
        _ commit: GitObjectID,
        isForced: Bool,
        without gone: [PointerIndex.Entry],
        _ store: LocalStore
    ) async throws {
        try await WorkTreeAlignment(in: self).takeAway(gone, store)
        do {
            try await repository.checkout(.commit(commit), isForced: isForced, environment: GitRepository.hookGuard)
        } catch {
            // Git left everything as it was, and so does this; should it fail as well, Git's reason counts.
            do { _ = try await restore(gone, from: store, isForced: false) } catch {}
            throw error
        }
    }
}
