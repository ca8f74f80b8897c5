import Git
import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// `git model purge`: takes the bytes that only some versions need away for good, here and in remotes.
package struct PurgeVersions: Sendable {
    /// What was taken away, or would be.
    package struct Report: Operations.Report {
        /// An artifact of the versions.
        package struct Artifact: Encodable, Sendable {
            /// The path in the repository.
            package let path: String
            /// The object.
            package let oid: String
            /// The size in bytes.
            package let size: Int64
            /// The other versions that need the object, because of which it stays; else it goes.
            package let neededBy: [String]
        }

        /// Whether nothing was done, only said.
        package let isDryRun: Bool
        /// The versions.
        package let versions: [String]
        /// Their artifacts, each object once.
        package var artifacts: [Artifact] = []
        /// The stores in which nothing finds what goes any more, the local one first.
        package var stores: [RepackStore.Report.Entry] = []
        package var warnings: [String] = []
        package var hints: [String] = []
        package var problems: [Problem] = []

        private enum CodingKeys: CodingKey { case isDryRun, versions, artifacts, stores }
    }

    private let versions: [String]
    private let isDryRun: Bool
    private let isConfirmed: Bool
    private let isForced: Bool

    /// Creates the operation; unless it is confirmed, it refuses; forced, it purges even what is in use.
    package init(_ versions: [String], isDryRun: Bool = false, isConfirmed: Bool = false, isForced: Bool = false) {
        self.versions = versions
        self.isDryRun = isDryRun
        self.isConfirmed = isConfirmed
        self.isForced = isForced
    }

    /// Purges; refuses while another command uses the local store, and says of each remote that cannot be purged what
    /// to do.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        var resolved: [ResolvedVersion] = []
        for version in versions { resolved.append(try await workspace.resolve(version)) }
        try requireConfirmation()
        let store = try LocalStore.openOrCreate(workspace.storePath)
        try workspace.registerAsUser()
        try workspace.requireSoleUser(to: "purge")
        try workspace.requireNoAlternates(store, to: "purge")
        var report = Report(isDryRun: isDryRun, versions: resolved.map(\.name))
        report.warnings = try await requireFetched(for: resolved, in: workspace)
        if isDryRun {
            let lock = try StoreLock.join(store.root)
            defer { extendLifetime(lock) }
            try await purge(resolved, from: store, in: workspace, &report)
        } else {
            let lock = try StoreLock.exclude(store.root)
            defer { extendLifetime(lock) }
            try await workspace.requireSound(store)
            try await purge(resolved, from: store, in: workspace, &report)
        }
        context.progress.finish()
        return report
    }

    private func requireConfirmation() throws {
        guard !isDryRun, !isConfirmed else { return }
        let command = "git model purge " + versions.joined(separator: " ")
        throw Failure(
            .failed,
            "nothing brings back what purge takes away",
            hints: ["see what would go: `\(command) --dry-run`", "then: `\(command) --yes`"]
        )
    }

    /// Refuses where a Git remote has versions or branches that this clone does not know of: what they need goes for
    /// good, and nobody here would have said so.
    ///
    /// Returns warnings of remotes that could not be asked, which stops it, too, unless it is forced.
    private func requireFetched(for resolved: [ResolvedVersion], in workspace: Workspace) async throws -> [String] {
        let names = versions.joined(separator: " ")
        var warnings: [String] = []
        for place in try await UnfetchedReferences.places(of: workspace) {
            let unfetched: UnfetchedReferences
            do { unfetched = try await UnfetchedReferences(at: place, in: workspace) } catch {
                try workspace.context.cancellation.check()
                let unknown = "it is not known which versions \(GitURL.withoutLogin(place.remote)) has"
                guard isForced else {
                    let force = "purge all the same, also what is in use: `--force`"
                    // By `origin` clones know that they are of one repository.
                    let hints = place.remote == "origin" ? [force] : [place.removalHint, "or " + force]
                    throw Failure(nil, "cannot purge \(names): \(unknown)", hints: hints, cause: error)
                }
                warnings.append("\(unknown): \(error)")
                continue
            }
            if let refusal = unfetched.refusal(of: names, isForced: isForced) { throw refusal }
        }
        return warnings
    }

    private func purge(
        _ resolved: [ResolvedVersion],
        from store: LocalStore,
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        let victims = try await victims(of: resolved, in: workspace, &report)
        guard !victims.isEmpty else { return }
        let purge = StorePurge(
            workspace: workspace,
            victims: victims,
            survivors: try await workspace.livePointers().filter { !victims.contains($0) },
            order: try await workspace.repackOrder(excluding: victims),
            isDryRun: isDryRun
        )
        try await purge.requireUnclaimed(in: store)
        report.stores.append(try await purge.run(on: store, of: nil))
        if !isDryRun { try workspace.knownFiles.removeAll() }
        let shared = try purge.stillRebuilt(in: store)
        report.warnings += try purge.leftovers(in: store.root, of: nil)
        report.warnings += report.artifacts.filter { shared.contains($0.oid) }.map {
            "\($0.path): other versions have every byte of it"
        }
        for name in workspace.configuration.remoteNames {
            do {
                guard let outcome = try await purge.run(onRemote: name, local: store) else {
                    try requireNeverUsed(try workspace.remote(named: name))
                    report.warnings.append("remote \(name) has no store: nothing was taken out there")
                    continue
                }
                report.stores.append(outcome.entry)
                report.warnings += outcome.warnings
                report.warnings += report.artifacts.filter { outcome.stillRebuilt.contains($0.oid) }.map {
                    "\($0.path): others have every byte of it in remote \(name)"
                }
            } catch {
                if workspace.context.cancellation.isCancelled { throw error }
                report.problems.append(Problem("remote \(name)", error))
                report.hints += (error as? Failure)?.hints ?? []
            }
        }
        if !isDryRun {
            for entry in report.stores {
                guard let name = entry.remote, let time = entry.goneAfter else { continue }
                report.hints.append("have it deleted after \(time): `git model gc --remote \(name)`")
            }
        }
        if !report.problems.isEmpty {
            report.hints.append("when what stands in the way is gone, purge the rest: the same command again")
        }
        if report.stores.contains(where: { $0.bytesAfter > $0.bytesBefore }) {
            report.hints.append(
                "what was a difference to them is stored in full now; make it small: `git model repack`"
            )
        }
        report.hints += hints(resolved, in: workspace)
    }

    /// Refuses to pass over a remote without a store to which something was pushed: its bytes are elsewhere now.
    private func requireNeverUsed(_ remote: ConfiguredRemote) throws {
        guard try !remote.acknowledged().isEmpty else { return }
        throw Failure(
            .unreachable,
            "cannot reach remote \(remote.name): it has no store any more",
            hints: ["if it has moved: `git model remote add --force \(remote.name) URL`"]
        )
    }

    private func hints(_ resolved: [ResolvedVersion], in workspace: Workspace) -> [String] {
        guard !isDryRun else { return [] }
        let names = resolved.map(\.name).joined(separator: " ")
        return [
            "the tag stays; whoever looks for its bytes is told that they were purged",
            "other clones may have the bytes: `git model purge \(names) --yes` in each, before it pushes again",
        ]
    }

    /// Returns what is to go; refuses where any of it is in use.
    private func victims(
        of resolved: [ResolvedVersion],
        in workspace: Workspace,
        _ report: inout Report
    ) async throws -> Set<Pointer> {
        let uses = try await ObjectUses(in: workspace, except: resolved)
        var victims: Set<Pointer> = []
        var seen: Set<Pointer> = []
        for version in resolved {
            for entry in try await workspace.pointers(of: version).entries where seen.insert(entry.pointer).inserted {
                let needed = uses.versions[entry.pointer.oid] ?? []
                report.artifacts.append(
                    Report.Artifact(
                        path: entry.path.text,
                        oid: "\(entry.pointer.oid)",
                        size: entry.pointer.size,
                        neededBy: needed
                    )
                )
                guard needed.isEmpty else { continue }
                if let places = uses.places[entry.pointer.oid], !isForced {
                    throw Failure(
                        .failed,
                        "cannot purge \(version.name): \(entry.path) is in use by \(places.joined(separator: ", "))",
                        hints: [
                            "move on first: `git model rm \(entry.path.shellWord)` or another version of it, "
                                + "committed everywhere",
                            "or purge it all the same: `--force`",
                        ]
                    )
                }
                victims.insert(entry.pointer)
            }
        }
        return victims
    }
}
