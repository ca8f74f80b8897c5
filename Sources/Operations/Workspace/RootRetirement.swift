import Git
import ModelCore
import Registry
import Remotes
import Store

/// A rule by which roots of a remote are taken back, so that collection can take what only they named.
package struct RootRetirement: Sendable {
    /// Which roots go.
    package enum Rule: Sendable {
        /// Those of this repository that are at least so many days old, and to whose commit nothing leads any more,
        /// here or in a Git remote.
        case unreachable(days: Int)
        /// Those of another repository, which is no more.
        case repository(String)
    }

    /// A root that goes.
    package struct Retired: Encodable, Sendable {
        /// The repository that it is of.
        package let repository: String
        /// The reference that was pushed.
        package let reference: String
        /// The commit that the reference had.
        package let commit: String
        /// The number of its objects.
        package let objects: Int
        /// How many of them stay, because something in this repository needs them: another root names them from now on.
        package let kept: Int
    }

    private let rule: Rule

    /// Creates a retirement by a rule.
    package init(_ rule: Rule) { self.rule = rule }

    /// Takes roots back, or only says which; refuses where it cannot be known what leads to their commits.
    ///
    /// What stays alive gets a new root before the old one goes.
    func run(
        on remote: ConfiguredRemote,
        by collection: RemoteCollection,
        in workspace: Workspace,
        isDryRun: Bool
    ) async throws -> [Retired] {
        let (roots, now) = try await collection.roots(dryRunAt: isDryRun ? workspace.context.now() : nil)
        switch rule {
        case .repository(let url):
            guard try await !workspace.rootIdentities().contains(url) else {
                throw Failure(
                    .usage,
                    "\(url) is this repository",
                    hints: ["retire what nothing leads to any more: `git model gc --remote \(remote.name) --retire`"]
                )
            }
            let victims = roots.map(\.record).filter { $0.repository == url }
            return try await retire(victims, keeping: [], on: remote, in: workspace, isDryRun: isDryRun)
        case .unreachable(let days):
            // Of an age that no clock can tell nothing is.
            let (age, isEndless) = Int64(days).multipliedReportingOverflow(by: 86_400 * 1_000_000_000)
            let old = isEndless ? [] : roots.filter { now - $0.modified >= age }.map(\.record)
            guard !old.isEmpty else { return [] }
            return try await workspace.seeingGitRemotes {
                // Only now is it known that a directory that `origin` names is there, which knows whose roots are ours.
                let own = try await workspace.rootIdentities()
                let reachable = try await workspace.repository.reachableCommits()
                let victims = old.filter { root in
                    own.contains(root.repository) && GitObjectID(root.commit).map(reachable.contains) != true
                }
                let live = victims.isEmpty ? [] : Set(try await workspace.livePointers().map(\.oid))
                return try await retire(victims, keeping: live, on: remote, in: workspace, isDryRun: isDryRun)
            }
        }
    }

    private func retire(
        _ victims: [RootRecord],
        keeping live: Set<Digest>,
        on remote: ConfiguredRemote,
        in workspace: Workspace,
        isDryRun: Bool
    ) async throws -> [Retired] {
        let retired = victims.map { root in
            Retired(
                repository: root.repository,
                reference: root.reference,
                commit: root.commit,
                objects: root.oids.count,
                kept: root.oids.count(where: live.contains)
            )
        }
        guard !isDryRun else { return retired }
        let kept = Set(victims.flatMap(\.oids)).intersection(live)
        if !kept.isEmpty, let root = try await workspace.root(naming: kept) { try await remote.store.write(root) }
        for root in victims { try await remote.store.remove(root) }
        return retired
    }
}
