import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// `git model fsck`: whether the store is sound, and whether what the pointers name can be rebuilt from it.
package struct CheckStore: Sendable {
    /// What was found.
    package struct Report: Operations.Report {
        /// Something that is not as it should be.
        package struct Finding: Encodable, Sendable {
            /// `damaged`, `untidy`, `newer`, or `absent`: only in what a remote was asked for.
            package let severity: String
            /// The file, artifact or pointer.
            package let path: String
            /// What is wrong, as a clause.
            package let problem: String
            /// Whether it was mended.
            package let isMended: Bool
        }

        /// What is wrong: files of the store first, then pointers and artifacts.
        package var findings: [Finding] = []
        /// The number of artifacts, of all history, that can be rebuilt.
        package var complete = 0
        /// The number of artifacts, of all history, whose bytes are not all here.
        package var absent = 0
        /// The number of artifacts, of all history, that were purged.
        package var purged = 0
        package var warnings: [String] = []
        package var hints: [String] = []
        package var outcome: Outcome {
            findings.contains { ["damaged", "absent"].contains($0.severity) && !$0.isMended }
                ? .verificationFailed : .ok
        }

        mutating func add(_ severity: String, _ path: String, _ problem: String, isMended: Bool = false) {
            findings.append(Finding(severity: severity, path: path, problem: problem, isMended: isMended))
        }
    }

    private let isDeep: Bool
    private let checksRemote: Bool
    private let mends: Bool

    /// Creates the operation; deep, it reads every byte.
    package init(isDeep: Bool = false, checksRemote: Bool = false, mends: Bool = false) {
        self.isDeep = isDeep
        self.checksRemote = checksRemote
        self.mends = mends
    }

    /// Checks, and mends where that was asked for; what was damaged is then fetched again where the default remote has
    /// it.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        var report = Report()
        let artifacts = try await pointers(of: workspace, &report)
        checkAlternates(of: workspace, &report)
        let pointerDamages = report.findings.count
        if mends {
            try Directories.create(workspace.storePath)
            let lock = try StoreLock.exclude(workspace.storePath)
            defer { extendLifetime(lock) }
            try await check(artifacts, in: workspace, &report)
        } else {
            let wasThere = try workspace.hasStore()
            // In a repository that can only be read there may be none, and nothing to keep others from; a store
            // elsewhere that can be neither found nor made is out of reach, which is not the same.
            if workspace.hasOwnStore {
                try? Directories.create(workspace.storePath)
            } else if !wasThere {
                try Directories.create(workspace.storePath)
            }
            let lock = try StoreLock.join(workspace.storePath)
            defer { extendLifetime(lock) }
            guard try !wasThere || workspace.hasStore() else { throw workspace.storeIsGone }
            try await check(artifacts, in: workspace, &report)
        }
        if report.findings.contains(where: { $0.severity == "absent" }) {
            report.hints.append("send what is here: `git model push --all`")
        }
        if !mends,
            report.findings.dropFirst(pointerDamages).contains(where: {
                ["damaged", "untidy"].contains($0.severity) && !$0.path.hasSuffix(Pointer.fileSuffix)
            })
        {
            report.hints.append("mend what can be mended: `git model fsck\(isDeep ? " --deep" : "") --repair`")
        }
        return report
    }

    /// Names the stores that should be read from and cannot be; what only they have is then lost to this one.
    private func checkAlternates(of workspace: Workspace, _ report: inout Report) {
        guard let store = try? LocalStore(workspace.storePath) else { return }
        for case .unusableAlternate(let path, _, let reason) in store.alternateProblems {
            report.add("damaged", path.string, "it is no store to borrow from: \(reason)")
            let word = ShellWord.quoted(path.string)
            report.hints.append(
                "go on without it: `git model store alternate --remove \(word)`, then `git model fetch`"
            )
        }
    }

    /// Reads every pointer of the work tree, the indexes and history, each object once.
    private func pointers(of workspace: Workspace, _ report: inout Report) async throws -> [PointerIndex.Entry] {
        let work = try await workspace.pointers()
        let history = try await workspace.historicalPointers()
        for damage in work.damaged { report.add(damage.severity, damage.path, damage.problem) }
        for damage in history.damaged
        where !work.damaged.contains(where: { $0.path == damage.path && $0.problem == damage.problem }) {
            report.add(damage.severity, damage.path, "in the history or an index: \(damage.problem)")
        }
        var seen: Set<Pointer> = []
        return (work.entries + history.entries).filter { seen.insert($0.pointer).inserted }
    }

    private func check(
        _ artifacts: [PointerIndex.Entry],
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        let found = report.findings.count
        guard let store = try open(workspace, &report) else { return }
        let lostIndexes = report.findings.count > found
        let wrong = artifacts.compactMap { Problem(wrongPointerOf: $0, in: store) }
        for problem in wrong { report.add("damaged", problem.subject, problem.message) }
        let names = Set(wrong.map(\.subject))
        let artifacts = artifacts.filter { !names.contains($0.path.appendingPointerSuffix.text) }
        let neverHere = incomplete(artifacts, in: store).filter { !CheckStore.isLoss($0.value, in: store) }
        let tally = ProgressTally(phase: "checking", sink: workspace.context.progress)
        tally.begin("packs", byteCount: store.indexes.packList.reduce(0) { $0 + Int64($1.size) })
        let check = StoreCheck(
            store,
            pool: workspace.pool,
            cancellation: workspace.context.cancellation,
            progress: tally.add
        )
        let findings = try await check.run(isDeep ? .everything : .structure, mending: mends)
        workspace.context.progress.finish()
        for finding in findings {
            report.add(finding.severity.rawValue, finding.path.string, finding.problem, isMended: finding.isMended)
        }
        let damagedPacks = CheckStore.damagedPacks(among: findings)
        try store.refresh()
        let after = incomplete(artifacts, in: store)
        // Without its index, nobody can tell what a store had: whatever the remote has is fetched then.
        let wasHere = { (pointer: Pointer) in neverHere[pointer] == nil }
        let lost = artifacts.filter { mends && after[$0.pointer] != nil && (lostIndexes || wasHere($0.pointer)) }
        let mended = try await fetchAgain(lost, into: store, workspace, &report)
        var gone: [RepositoryPath] = []
        for artifact in artifacts {
            guard let reason = after[artifact.pointer], !mended.contains(artifact.pointer) else {
                if CheckStore.isNeeded(damagedPacks, by: artifact.pointer, in: store) {
                    report.add("damaged", artifact.path.text, "what it needs is in a damaged pack")
                    report.absent += 1
                    continue
                }
                try await checkWhole(artifact, in: store, workspace, &report)
                report.complete += 1
                continue
            }
            if try reason.isAbsence && store.isPurged(artifact.pointer.oid) {
                report.purged += 1
                continue
            }
            report.absent += 1
            if !reason.isAbsence {
                report.add("damaged", artifact.path.text, "\(reason)")
            } else if wasHere(artifact.pointer) {
                report.add("damaged", artifact.path.text, "its bytes were here, and are lost: \(reason)")
                gone.append(artifact.path)
            }
        }
        if mends, !gone.isEmpty {
            let paths = Set(gone).count == 1 ? gone[0].shellWord : "PATH…"
            report.hints.append("store what is lost again, where its file is still as it was: `git model add \(paths)`")
        }
        if checksRemote { try await checkRemote(artifacts, after, in: workspace, store, &report) }
    }

    /// Opens the store; an index that cannot even be opened is taken away where mending was asked for, for packs tell
    /// the same.
    private func open(_ workspace: Workspace, _ report: inout Report) throws -> LocalStore? {
        while true {
            do throws(StoreError) { return try workspace.openOrCreateStore() } catch {
                guard case .damaged(let path, let problem) = error, path.extension == "idx" else { throw error }
                report.add("damaged", path.string, "\(problem)", isMended: mends)
                guard mends else { return nil }
                try DurableFile.remove(path)
            }
        }
    }

    private static func damagedPacks(among findings: [StoreCheck.Finding]) -> Set<Digest> {
        let damaged = findings.filter { $0.severity == .damaged && !$0.isMended && $0.path.extension == "pack" }
        return Set(damaged.compactMap { $0.path.lastComponent.flatMap { StoreLayout.digest(inName: $0.string) } })
    }

    private static func isNeeded(_ packs: Set<Digest>, by pointer: Pointer, in store: LocalStore) -> Bool {
        guard !packs.isEmpty else { return false }
        return Closure(of: [pointer], in: store).frames.values.contains { packs.contains($0.pack) }
    }

    /// Whether bytes were here once: they are damaged, or in a pack that an index lists and that is gone.
    private static func isLoss(_ reason: StoreError, in store: LocalStore) -> Bool {
        switch reason {
        case .missingFrame(let frame, _), .missingObject(let frame):
            let present = (try? store.presentCopies(of: frame)) ?? []
            return store.listedCopies(of: frame).count > present.count
        default: return true
        }
    }

    /// Returns the objects that cannot be rebuilt, and why.
    private func incomplete(_ artifacts: [PointerIndex.Entry], in store: LocalStore) -> [Pointer: StoreError] {
        var reasons: [Pointer: StoreError] = [:]
        for artifact in artifacts {
            let found = Closure(of: [artifact.pointer], in: store).incomplete
            // Damage says more than absence, and what was here more than what never was.
            let worst =
                found.first { !$0.reason.isAbsence } ?? found.first { CheckStore.isLoss($0.reason, in: store) }
            reasons[artifact.pointer] = (worst ?? found.first)?.reason
        }
        return reasons
    }

    private func fetchAgain(
        _ artifacts: [PointerIndex.Entry],
        into store: LocalStore,
        _ workspace: Workspace,
        _ report: inout Report
    ) async throws -> Set<Pointer> {
        guard !artifacts.isEmpty, workspace.configuration.defaultRemote != nil else { return [] }
        let missing: Set<String>
        do {
            missing = Set(try await workspace.fetch(artifacts, from: nil, into: store).problems.map(\.subject))
        } catch {
            if workspace.context.cancellation.isCancelled { throw error }
            report.warnings.append("what was lost could not be fetched again: \(error)")
            return []
        }
        let fetched = artifacts.filter { !missing.contains($0.path.text) }
        for artifact in fetched {
            report.add("damaged", artifact.path.text, "its bytes were lost, and were fetched again", isMended: true)
        }
        return Set(fetched.map(\.pointer))
    }

    /// Rebuilds the files of an artifact and compares their digests with their names; the frames by themselves were
    /// checked.
    private func checkWhole(
        _ artifact: PointerIndex.Entry,
        in store: LocalStore,
        _ workspace: Workspace,
        _ report: inout Report
    ) async throws {
        guard isDeep else { return }
        let objects = Array(Closure(of: [artifact.pointer], in: store).objects)
        let cancellation = workspace.context.cancellation
        let results = try await workspace.pool.map(0..<objects.count) { position in
            try cancellation.check()
            return try? WholeObjectCheck(store, until: cancellation).isRight(objects[position])
        }
        // Of what was not read to its end, nothing is known.
        try cancellation.check()
        for (object, isRight) in zip(objects, results) where isRight != true {
            let what = object.kind == .comparison ? "its comparison is not of" : "its manifest does not rebuild"
            report.add("damaged", artifact.path.text, "\(what) \(object.oid)")
        }
    }

    /// Reads every pack of a remote; mending, it buries those that are damaged, and the next push sends what they held.
    private func checkPacks(of remote: ConfiguredRemote, in workspace: Workspace, _ report: inout Report) async throws {
        guard try await remote.store.format() != nil else { return }
        let check = RemotePackCheck(remote.store, cancellation: workspace.context.cancellation)
        let tally = ProgressTally(phase: "checking", sink: workspace.context.progress)
        tally.begin("remote \(remote.name)", byteCount: 0)
        let damaged = try await check.damaged(progress: tally.add)
        workspace.context.progress.finish()
        guard !damaged.isEmpty else { return }
        if mends {
            try workspace.requireAgreement(to: remote)
            try await check.bury(damaged)
        }
        for pack in damaged {
            let path = "remote \(remote.name): \(StoreLayout.pack(pack))"
            report.add("damaged", path, "its bytes are gone, or do not match its name", isMended: mends)
        }
        report.hints.append(
            mends
                ? "send what they held again: `git model push --all`"
                : "take them out of use: `git model fsck --deep --check-remote --repair`, then `git model push --all`"
        )
    }

    private func checkRemote(
        _ artifacts: [PointerIndex.Entry],
        _ incomplete: [Pointer: StoreError],
        in workspace: Workspace,
        _ store: LocalStore,
        _ report: inout Report
    ) async throws {
        let remote = try workspace.remote(named: nil)
        try workspace.requireReachable(remote)
        if isDeep { try await checkPacks(of: remote, in: workspace, &report) }
        let held = try await remote.holds(artifacts.map(\.pointer), local: store)
        for artifact in artifacts where !held.contains(artifact.pointer.oid) {
            if try await remote.store.isPurged(artifact.pointer.oid) { continue }
            let place =
                incomplete[artifact.pointer] == nil
                ? "remote \(remote.name) does not have it" : "neither remote \(remote.name) nor this store has it"
            report.add("absent", artifact.path.text, "\(place): \(artifact.pointer.oid)")
        }
    }
}

extension PointerIndex.Damage {
    /// How `fsck` calls it.
    fileprivate var severity: String { kind == .newerVersion ? "newer" : "damaged" }
}
