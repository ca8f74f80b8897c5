import Git
import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// `git model fetch` and `git model pull`: objects from a remote to the store, and, for `pull`, into the working copy.
package struct FetchObjects: Sendable {
    private let selection: TransferSelection
    private let remote: String?
    private let isDryRun: Bool
    private let restores: Bool
    private let isForced: Bool

    /// Creates the operation; with `restores` the artifacts of the work tree are brought in line afterwards.
    package init(
        _ selection: TransferSelection,
        remote: String? = nil,
        isDryRun: Bool = false,
        restores: Bool = false,
        isForced: Bool = false
    ) {
        self.selection = selection
        self.remote = remote
        self.isDryRun = isDryRun
        self.restores = restores
        self.isForced = isForced
    }

    /// Fetches, and returns what was done.
    package func run(in context: Context) async throws -> TransferReport {
        let workspace = try await Workspace.open(in: context, bare: !restores)
        let joined = try workspace.openStore()
        let (artifacts, unreadable) = try await workspace.artifacts(selection)
        let isPull = restores && !isDryRun
        let drafts = isPull && selection.isWorkTree ? try workspace.drafts(of: artifacts, in: joined.store) : nil
        var report = try await workspace.fetch(
            artifacts,
            from: remote,
            into: joined.store,
            isDryRun: isDryRun,
            drafts: drafts
        )
        report.problems += unreadable.problems
        report.warnings += unreadable.warnings
        report.hints += unreadable.hints
        guard isPull else { return report }
        report = report.named("pull")
        try workspace.setTemporaryFiles(excluded: true)
        report.models = try workspace.models().map(\.name.text)
        let result = try await workspace.restore(
            try await selection.workTreeArtifacts(of: workspace),
            from: joined.store,
            isForced: isForced,
            drafts: drafts
        )
        report.restored = result.restored
        report.problems += result.problems.filter { !report.problems.contains($0) }
        report.hints += result.hints
        let chosen = Set(artifacts.map(\.pointer))
        if result.absent.contains(where: { !chosen.contains($0.pointer) }) {
            report.hints.append("get what the work tree needs: `git model pull`")
        }
        // Behind what was asked for: that something cannot be installed keeps no artifact away.
        let installed = try await workspace.install(hooks: true)
        report.hooks = installed.hooks
        report.warnings += installed.warnings
        return report
    }
}

extension TransferSelection {
    /// Returns what a pull restores: what the pointers of the work tree name, whatever versions were fetched beside
    /// that, each path of an object that has several.
    fileprivate func workTreeArtifacts(of workspace: Workspace) async throws -> [PointerIndex.Entry] {
        let index = try await workspace.pointers()
        guard !isWorkTree, !paths.isEmpty else { return try await workspace.select(paths, among: index) }
        // Another version may have something where the work tree has nothing.
        var chosen: [PointerIndex.Entry] = []
        for path in paths {
            let found = (try? workspace.select([path], among: index.entries)) ?? []
            chosen += found.filter { !chosen.contains($0) }
        }
        return chosen
    }
}

/// An artifact that a remote did not give, and why.
private struct UnfetchedArtifact {
    let artifact: PointerIndex.Entry
    let problem: Problem
}

extension TransferReport {
    /// Returns the report of a fetch that went on from another remote.
    fileprivate func completed(by next: TransferReport) -> TransferReport {
        var report = self
        report.problems += next.problems.filter { !report.problems.contains($0) }
        report.warnings += next.warnings
        if next.artifacts > 0 { report.others.append(next) }
        return report
    }

    /// Returns the same report of another verb.
    fileprivate func named(_ verb: String) -> TransferReport {
        var report = TransferReport(
            verb: verb,
            remote: remote,
            isThisMachineOnly: isThisMachineOnly,
            isDryRun: isDryRun
        )
        report.artifacts = artifacts
        report.size = size
        report.bytes = bytes
        report.nanoseconds = nanoseconds
        report.problems = problems
        report.hints = hints
        report.warnings = warnings
        report.others = others.map { $0.named(verb) }
        return report
    }
}

extension Workspace {
    /// Fetches the objects of artifacts from a remote, or, where none is named, what the default one lacks or cannot
    /// give from the others, in their order; those that none of them has are problems of the report.
    func fetch(
        _ artifacts: [PointerIndex.Entry],
        from name: String?,
        into store: LocalStore,
        isDryRun: Bool = false,
        drafts: ObjectDrafts? = nil
    ) async throws -> TransferReport {
        var report: TransferReport?
        var failures: [(remote: String, error: any Error)] = []
        var rest = artifacts
        // What the first one said of each counts: the same path may have several objects.
        var problems: [PointerIndex.Entry: Problem] = [:]
        let names = try remotes(toReadFrom: name)
        for name in names where report == nil || !rest.isEmpty {
            let remote: ConfiguredRemote
            do { remote = try self.remote(named: name) } catch {
                // One that cannot be opened keeps nobody from the others.
                failures.append((name, error))
                continue
            }
            do {
                let (next, failed) = try await fetch(
                    rest,
                    from: remote,
                    into: store,
                    isDryRun: isDryRun,
                    drafts: drafts
                )
                report = report?.completed(by: next) ?? next
                for failure in failed where problems[failure.artifact] == nil {
                    problems[failure.artifact] = failure.problem
                }
                rest = failed.map(\.artifact)
            } catch {
                try context.cancellation.check()
                guard error is RemoteError else { throw error }
                failures.append((name, error))
            }
        }
        guard var report else {
            throw RemotesFailure.of(failures, "nothing was fetched: every remote failed")
                ?? Failure(.failed, "no remote is set up")
        }
        report.problems += rest.compactMap { problems[$0] }
        report.warnings += failures.map { "remote \($0.remote) gave nothing: \($0.error)" }
        return report
    }

    /// Returns the name of the remote that is named, or those of all, the default one first.
    func remotes(toReadFrom name: String?) throws -> [String] {
        let names = configuration.remoteNamesByPreference
        return name == nil && names.count > 1 ? names : [try remote(named: name).name]
    }

    /// Fetches from one remote, and returns the artifacts of which it did not have everything, too, whose problems are
    /// not in the report.
    private func fetch(
        _ artifacts: [PointerIndex.Entry],
        from remote: ConfiguredRemote,
        into store: LocalStore,
        isDryRun: Bool,
        drafts: ObjectDrafts?
    ) async throws -> (TransferReport, failed: [UnfetchedArtifact]) {
        let started = context.now()
        var report = TransferReport(
            verb: "fetch",
            remote: remote.name,
            isThisMachineOnly: remote.isThisMachineOnly,
            isDryRun: isDryRun
        )
        var artifacts = artifacts
        let fetch = context.fetch(from: remote.store, into: store, drafts: drafts)
        let result = try await run(fetch, of: &artifacts, into: store, isDryRun: isDryRun, &report.problems)
        context.progress.finish()
        let missing = Set(result.missing)
        if !isDryRun {
            // Of what was here already, the remote is asked once: a command that was killed may have fetched it. That
            // it cannot be asked is no reason to fail, for nothing has to come from it.
            let proven = Set(result.objects).subtracting(result.unproven)
            let known = try missing.union(proven).union(remote.acknowledged())
            let unknown = Set(artifacts.map(\.pointer)).filter { !known.contains($0.oid) }
            let held = (try? await remote.holds(unknown, local: store)) ?? []
            try remote.acknowledge(Array(proven.union(held)))
        }
        let moved = Set(result.objects + result.completed)
        let fetched = artifacts.filter { moved.contains($0.pointer.oid) }
        report.artifacts = fetched.count
        report.size = fetched.reduce(0) { $0.addingSaturating($1.pointer.size) }
        report.bytes = result.byteCount
        let damaged = Dictionary(result.damaged.map { ($0.oid, $0.reason) }) { first, _ in first }
        var failed = artifacts.compactMap { artifact in
            damaged[artifact.pointer.oid].map { reason in
                let wrong = Problem(wrongPointerOf: artifact, in: store)
                return UnfetchedArtifact(artifact: artifact, problem: wrong ?? Problem(artifact.path.text, reason))
            }
        }
        let absent = artifacts.filter { missing.contains($0.pointer.oid) && damaged[$0.pointer.oid] == nil }
        let purged = try await remote.purged(absent, local: store)
        // Verbs that do not ask the remote are to know it, too.
        if !isDryRun { try store.rememberPurge(of: purged.map(\.pointer.oid)) }
        failed += absent.map { artifact in
            let oid = artifact.pointer.oid
            let what =
                purged.contains(artifact)
                ? "its bytes were purged from remote \(remote.name): \(oid)"
                : "remote \(remote.name) does not have \(oid)"
            return UnfetchedArtifact(artifact: artifact, problem: Problem(artifact.path.text, message: what))
        }
        report.nanoseconds = context.now() - started
        return (report, failed)
    }

    /// Fetches, and takes out the artifacts whose pointers turn out to be wrong, so that the others go on.
    private func run(
        _ fetch: Fetch,
        of artifacts: inout [PointerIndex.Entry],
        into store: LocalStore,
        isDryRun: Bool,
        _ problems: inout [Problem]
    ) async throws -> Fetch.Report {
        while true {
            problems += takeOutWrong(&artifacts, in: store)
            let chosen = artifacts
            let pointers = chosen.map(\.pointer)
            func seeds(of absent: [Pointer]) async throws -> [Digest: [Seed]] {
                let absent = Set(absent)
                return try await self.seeds(for: chosen.filter { absent.contains($0.pointer) })
            }
            do {
                guard !isDryRun else { return try await fetch.dryRun(pointers, seeds: seeds) }
                return try await fetch.run(pointers, seeds: seeds)
            } catch {
                // What came may show that a pointer is wrong, not the remote.
                guard artifacts.contains(where: { store.contradiction(of: $0.pointer) != nil }) else { throw error }
            }
        }
    }

    private func takeOutWrong(_ artifacts: inout [PointerIndex.Entry], in store: LocalStore) -> [Problem] {
        var problems: [Problem] = []
        artifacts.removeAll { artifact in
            // Another version of the same path may have a pointer that is right.
            guard let problem = Problem(wrongPointerOf: artifact, in: store) else { return false }
            problems.append(problem)
            return true
        }
        return problems
    }
}
