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
        /// The version, branch or revision that was checked out; `nil` when only artifacts were restored.
        package var version: String?
        /// The commit that was checked out.
        package var commit: String?
        /// The branch that HEAD is on now, where one was named; `nil` where HEAD is detached.
        package var branch: String?
        /// The artifacts that were written.
        package var restored: [RestoredArtifact] = []
        package var warnings: [String] = []
        package var hints: [String] = []
        package var problems: [Problem] = []

        private enum CodingKeys: CodingKey { case version, commit, branch, restored }
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
        let tracked = try await workspace.pointers()
        guard let version else { return try await restoreOnly(tracked, in: workspace, joined.store) }
        let target = try await CheckoutTarget(version, in: workspace)
        try await workspace.repository.index.requireUnlocked()
        if !paths.isEmpty { return try await restorePaths(of: target, in: workspace, joined.store) }
        let present = try await workspace.checkedOutArtifacts()
        let current = try await workspace.modified(present, store: joined.store)
        if !isForced, let first = current.first { throw lost(first, of: target.name, again: version) }
        let all = try await workspace.pointers(at: target.commit).entries
        let wanted = try await workspace.withinSparseCheckout(all)
        if fetches { try await fetchAbsent(wanted, in: workspace, joined.store) }
        try requirePresent(wanted, in: workspace, joined.store, of: target.name)
        let previous = try await workspace.repository.objects.head()
        let kept = Set(wanted.map(\.path))
        let gone = present.filter { !kept.contains($0.path) }
        let hookFailure = try await checkOut(target, without: gone, in: workspace, joined.store)
        var report = Report(version: target.name, commit: target.commit.hex, branch: target.branch)
        let result = try await workspace.restore(wanted, from: joined.store, isForced: isForced)
        report.restored = result.restored
        report.problems = result.problems
        report.hints = result.hints
        if let hookFailure {
            let words = hookFailure.isEmpty ? "" : ": \(hookFailure)"
            report.warnings.append("a hook failed behind Git's checkout\(words)")
        }
        if case .branch(let name, _) = previous, target.branch == nil {
            report.hints.append("go back: `git switch \(name.dropFirst("refs/heads/".count))`")
        }
        let unknown = try await workspace.onlyInDVC(at: target.commit, beside: all)
        report.hints += unknown.map { ["\($0) of this commit: `dvc checkout`"] } ?? []
        try await explain(try await workspace.pointers(), in: workspace, &report)
        return report
    }

    private func explain(_ index: PointerIndex, in workspace: Workspace, _ report: inout Report) async throws {
        let unreadable = try await workspace.explain(index.damaged)
        report.problems += unreadable.problems
        report.hints += unreadable.hints
    }

    /// Lets Git check out a version that does not have the artifacts in `gone`; returns what a hook said that failed.
    private func checkOut(
        _ target: CheckoutTarget,
        without gone: [PointerIndex.Entry],
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws -> String? {
        do {
            return try await workspace.checkOut(target.place, isForced: isForced, without: gone, store)
        } catch let error as GitError {
            guard case .wouldOverwrite = error.kind else { throw error }
            throw Failure(
                .failed,
                "cannot check out \(target.name)",
                hints: [
                    "keep them: `git stash`, or commit them",
                    "or lose them: `git model checkout --force \(version ?? target.name)`",
                ],
                cause: error
            )
        }
    }

    /// Restores artifacts as their pointers in the work tree say: all that can be, where some have changes.
    ///
    /// One that is named has the conflict of its pointer resolved with it.
    private func restoreOnly(
        _ tracked: PointerIndex,
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws -> Report {
        let artifacts = try await workspace.select(paths, among: tracked)
        let modified = try await workspace.modified(artifacts, store: store)
        if !isForced, let first = modified.first, modified.count == artifacts.count { throw unrestorable(first) }
        let unmerged = paths.isEmpty ? [] : artifacts.filter(\.isUnmerged)
        if !unmerged.isEmpty { try await workspace.repository.index.requireUnlocked() }
        if fetches { try await fetchAbsent(artifacts, in: workspace, store) }
        let result = try await workspace.restore(artifacts, from: store, isForced: isForced)
        var report = Report(restored: result.restored, problems: result.problems)
        let failed = Set(result.problems.map(\.subject))
        let resolved = unmerged.filter {
            failed.isDisjoint(with: [$0.path.text, $0.path.appendingPointerSuffix.text])
        }
        try await stage(resolved, in: workspace)
        report.hints = result.hints
        if !isForced, let first = modified.first { report.hints += unrestorable(first).hints }
        try await explain(tracked, in: workspace, &report)
        return report
    }

    private func unrestorable(_ artifact: PointerIndex.Entry) -> Failure {
        Failure(
            .failed,
            "cannot restore \(artifact.path): it has changes that are in no store",
            hints: [
                "keep them: `git model add \(artifact.path.shellWord)`, then `git commit`",
                "or lose them: `git model checkout --force -- \(artifact.path.shellWord)`",
            ]
        )
    }

    /// Restores some artifacts as another version has them; their pointers change with them, as files do in `git
    /// checkout`.
    private func restorePaths(
        of target: CheckoutTarget,
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws -> Report {
        let all = try await workspace.pointers(at: target.commit)
        let wanted = try await workspace.select(paths, among: all)
        try workspace.requireNoOverlap(wanted, with: try await workspace.pointers(), of: target.name)
        let modified = try await workspace.modified(wanted, store: store)
        if !isForced, let first = modified.first {
            throw lost(first, of: target.name, again: "\(version ?? "") -- \(first.path.shellWord)")
        }
        if fetches { try await fetchAbsent(wanted, in: workspace, store) }
        try requirePresent(wanted, in: workspace, store, of: target.name)
        for artifact in wanted {
            let pointer = try workspace.location(of: artifact.path.appendingPointerSuffix)
            try Directories.create(pointer.removingLastComponent(), durable: false)
            try DurableFile.write(
                artifact.pointer.encoded,
                to: pointer,
                permissions: artifact.isExecutable ? 0o777 : 0o666
            )
        }
        try await stage(wanted, in: workspace)
        let result = try await workspace.restore(wanted, from: store, isForced: isForced)
        var report = Report(version: target.name, restored: result.restored, problems: result.problems)
        report.hints = result.hints
        return report
    }

    /// Stages pointers, and the ignore lines without which Git would see the bytes of artifacts that were removed
    /// meanwhile.
    private func stage(_ artifacts: [PointerIndex.Entry], in workspace: Workspace) async throws {
        guard !artifacts.isEmpty else { return }
        let lock = try workspace.lockWorkTree()
        defer { extendLifetime(lock) }
        let changed = artifacts.map(\.path.appendingPointerSuffix) + (try await workspace.ignore(artifacts.map(\.path)))
        try await workspace.repository.index.stage(changed.map { GitPath($0.text) })
    }

    private func lost(_ artifact: PointerIndex.Entry, of version: String, again: String) -> Failure {
        Failure(
            .failed,
            "cannot check out \(version): \(artifact.path) has changes that are in no store",
            hints: [
                "keep them: `git model add \(artifact.path.shellWord)`, then `git commit`",
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

    private func requirePresent(
        _ artifacts: [PointerIndex.Entry],
        in workspace: Workspace,
        _ store: LocalStore,
        of version: String
    ) throws {
        guard let absent = artifacts.first(where: { !Closure(of: [$0.pointer], in: store).isComplete }) else { return }
        guard try !store.isPurged(absent.pointer.oid) else {
            throw Failure(
                .failed,
                "cannot check out \(version): the bytes of \(absent.path) were purged",
                hints: ["check out another version: `git model list` shows them"]
            )
        }
        if !fetches, try workspace.acknowledgedAnywhere().contains(absent.pointer.oid) {
            throw Failure(
                .failed,
                "cannot check out \(version): the bytes of \(absent.path) are not here",
                hints: ["get them: `git model fetch \(version)`, or leave out `--no-fetch`"]
            )
        }
        throw Failure(
            .failed,
            "cannot check out \(version): the bytes of \(absent.path) are in no store that is known here",
            hints: ["ask who made the version to push it: `git model push \(version)`"]
        )
    }
}

/// What the user wants checked out: a version, a branch, or any revision.
private struct CheckoutTarget {
    /// The name for messages.
    let name: String
    let commit: GitObjectID
    /// The branch's short name; `nil` where HEAD will be detached.
    let branch: String?

    /// Finds what `text` means: a version first, then, as `git checkout` does, a branch, here or at exactly one remote.
    init(_ text: String, in workspace: Workspace) async throws {
        let objects = workspace.repository.objects
        do {
            let resolved = try await workspace.resolve(text)
            let local = resolved.version == nil ? try await objects.reference("refs/heads/\(text)") : nil
            name = resolved.name
            commit = local?.peeledID ?? resolved.commit
            branch = local == nil ? nil : text
        } catch ResolutionError.unknown(let unknown, let near) {
            let prefix = "refs/remotes/"
            let candidates = try await objects.references(prefix: prefix).filter {
                $0.name.dropFirst(prefix.count).split(separator: "/", maxSplits: 1).last.map { $0 == text } ?? false
            }
            guard let only = candidates.first, candidates.count == 1 else {
                throw ResolutionError.unknown(unknown, near: near)
            }
            name = text
            commit = only.peeledID
            branch = text
        }
    }

    /// The same for Git.
    var place: GitCheckoutTarget { branch.map { .branch($0) } ?? .commit(commit) }
}

extension Workspace {
    /// Lets Git check out a commit or branch that does not have some of the artifacts; returns what a hook said that
    /// failed.
    ///
    /// They go first: were this killed in between, nobody would know any more that they were artifacts.
    fileprivate func checkOut(
        _ target: GitCheckoutTarget,
        isForced: Bool,
        without gone: [PointerIndex.Entry],
        _ store: LocalStore
    ) async throws -> String? {
        try await WorkTreeAlignment(in: self).takeAway(gone, store)
        do {
            return try await repository.checkout(target, isForced: isForced, environment: repository.hookGuard)
        } catch {
            // Git left everything as it was, and so does this; should it fail as well, Git's reason counts.
            do { _ = try await restore(gone, from: store, isForced: false) } catch {}
            throw error
        }
    }
}
