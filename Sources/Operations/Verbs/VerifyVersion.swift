import Git
import ModelCore
import Registry
import Runs
import Store
import SystemIO

/// `git model verify`: whether everything that is said of a version agrees.
package struct VerifyVersion: Sendable {
    /// What was found.
    package struct Report: Operations.Report {
        /// One thing that was looked at.
        package struct Line: Encodable, Sendable {
            /// How it is.
            package enum State: String, Encodable, Sendable {
                case good, bad
                /// It is not there, and nobody said that it has to be.
                case none
            }

            /// What was looked at: `tag`, `signature`, `commit`, `artifacts`, `store`, `remote`, `run`, `stages`.
            package let subject: String
            /// How it is.
            package let state: State
            /// What was found, as a clause.
            package let found: String
        }

        /// The tag's name.
        package let version: String
        /// Everything that was looked at, in one order.
        package var lines: [Line] = []
        package var warnings: [String] = []
        package var hints: [String] = []
        /// What could not be looked at, and why.
        package var problems: [Problem] = []
        package var outcome: Outcome {
            if lines.contains(where: { $0.state == .bad }) { return .verificationFailed }
            return problems.isEmpty ? .ok : .partial
        }

        fileprivate mutating func add(_ subject: String, _ state: Line.State, _ found: String) {
            lines.append(Line(subject: subject, state: state, found: found))
        }
    }

    private let text: String
    private let asksRemote: Bool

    /// Creates the operation on the user's words for a version; without `asksRemote` the network is left alone.
    package init(_ text: String, asksRemote: Bool = true) {
        self.text = text
        self.asksRemote = asksRemote
    }

    /// Looks at everything; what is wrong is in the report.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let version = try await workspace.version(text, for: "verify")
        var report = Report(version: version.tag.text)
        checkTag(version, &report)
        try await checkSignature(version, in: workspace, &report)
        let index = try await workspace.pointers(at: version.commit)
        let commit = try await workspace.repository.objects.commit(version.commit)
        report.add("commit", .good, "\(version.commit.abbreviated) \(commit.subject)")
        let entries = try await workspace.pointers(of: try await workspace.resolve(version.tag.text)).entries
        checkArtifacts(version, index, entries, &report)
        let isShared = try await checkRemote(entries, in: workspace, &report)
        try checkStore(entries, isShared: isShared, in: workspace, &report)
        let run = try await workspace.evidence(at: version.commit, of: entries).run
        report.add("run", run == nil ? .none : .good, run.map { "run \($0.id.abbreviated) made it" } ?? "no run")
        try await checkStages(version, in: workspace, &report)
        return report
    }

    private func checkTag(_ version: ModelVersion, _ report: inout Report) {
        if version.annotation == nil {
            report.add("tag", .bad, "it is lightweight, and says nothing of who made it")
        } else if let problem = version.problem {
            report.add("tag", .bad, problem)
        } else if version.isDeregistered {
            report.add("tag", .bad, "the version was taken back")
        } else if version.trailers == nil {
            report.add("tag", .none, "it does not say which artifacts it is about")
        } else {
            report.add("tag", .good, "by \(version.annotation?.tagger?.name ?? "nobody")")
        }
    }

    private func checkSignature(
        _ version: ModelVersion,
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        let rules: StageRules
        do { rules = try await StageRules(in: workspace, asksRemote: asksRemote) } catch {
            try workspace.context.cancellation.check()
            report.add("signature", .none, "it is not known whose signatures count")
            report.problems.append(Problem("signature", error))
            report.hints += (error as? Failure)?.hints ?? []
            return
        }
        let check = SignatureCheck(workspace: workspace, signersCommit: rules.commit)
        let finding = try await check.finding(of: .version(version))
        // Where nobody is listed, nobody has to sign.
        var isListed = false
        if let commit = rules.commit {
            let path = GitPath(AllowedSigners.path)
            isListed = try await workspace.repository.objects.entry(at: path, in: commit) != nil
        }
        if isListed { report.warnings = rules.warnings }
        report.add("signature", finding.isGood ? .good : isListed ? .bad : .none, finding.text)
    }

    private func checkArtifacts(
        _ version: ModelVersion,
        _ index: PointerIndex,
        _ entries: [PointerIndex.Entry],
        _ report: inout Report
    ) {
        if let damage = index.damaged.first {
            return report.add("artifacts", .bad, "\(damage.path) is no pointer: \(damage.problem)")
        }
        let committed = Dictionary(entries.map { ($0.path, $0.pointer) }) { first, _ in first }
        for artifact in version.trailers?.artifacts ?? [] where committed[artifact.path] != artifact.pointer {
            return report.add("artifacts", .bad, "the commit has another \(artifact.path) than the tag says")
        }
        let names = entries.map(\.path.text).joined(separator: ", ")
        report.add("artifacts", entries.isEmpty ? .none : .good, entries.isEmpty ? "there are none" : names)
    }

    /// Returns whether the default remote has all of it, which none that is not set up does; `nil` where it was not, or
    /// could not be, asked.
    private func checkRemote(
        _ entries: [PointerIndex.Entry],
        in workspace: Workspace,
        _ report: inout Report
    ) async throws -> Bool? {
        guard workspace.configuration.hasRemotes else {
            report.add("remote", .none, "no remote is set up")
            return false
        }
        guard asksRemote else {
            report.add("remote", .none, "it was not asked")
            return nil
        }
        let missing: PointerIndex.Entry?
        do { missing = try await firstMissing(of: entries, in: workspace) } catch let error as StoreError {
            try workspace.context.cancellation.check()
            // The remote's indexes are read together with what is here.
            report.add("remote", .none, "it could not be asked, for what is here cannot be read")
            report.problems.append(Problem("store", error))
            return nil
        } catch {
            try workspace.context.cancellation.check()
            report.add("remote", .none, "it could not be asked")
            report.problems.append(Problem("remote", error))
            report.hints += (error as? Failure)?.hints ?? []
            return nil
        }
        let name = workspace.configuration.defaultRemote ?? ""
        report.add(
            "remote",
            missing == nil ? .good : .bad,
            missing.map { "\($0.path) is not in remote \(name)" } ?? "\(name) has all of it"
        )
        return missing == nil
    }

    /// Returns an artifact that the default remote does not have; throws where it cannot be asked.
    private func firstMissing(
        of entries: [PointerIndex.Entry],
        in workspace: Workspace
    ) async throws -> PointerIndex.Entry? {
        let remote = try workspace.remote(named: nil)
        try workspace.requireReachable(remote)
        let joined = try workspace.openStore()
        let held = try await remote.holds(entries.map(\.pointer), local: joined.store)
        return entries.first { !held.contains($0.pointer.oid) }
    }

    private func checkStore(
        _ entries: [PointerIndex.Entry],
        isShared: Bool?,
        in workspace: Workspace,
        _ report: inout Report
    ) throws {
        let joined = try workspace.openStore()
        var missing: PointerIndex.Entry?
        for entry in entries {
            let reasons = Closure(of: [entry.pointer], in: joined.store).incomplete.map(\.reason)
            if !reasons.isEmpty { missing = missing ?? entry }
            guard let reason = reasons.first(where: { !$0.isAbsence }) else { continue }
            // What is here must be right, whoever else has it, too.
            if reason.isAboutDamage {
                report.add("store", .bad, "\(entry.path) is damaged: \(reason)")
                report.hints += reason.mendingHint.map { [$0] } ?? []
            } else {
                report.add("store", .none, "it could not be looked at")
                report.problems.append(Problem("store", reason))
            }
            return
        }
        guard let missing else { return report.add("store", .good, "all of it is here") }
        // It has to be here only where it is known to be nowhere else.
        report.add("store", isShared == false ? .bad : .none, "\(missing.path) is not here")
    }

    private func checkStages(_ version: ModelVersion, in workspace: Workspace, _ report: inout Report) async throws {
        let history = try await workspace.stages()
        let own = history.stagesByVersion[version.tag] ?? []
        // Who moves a version's tag does not move what promoted it, which tells where the version was then.
        for event in history.stages(of: version.model).compactMap({ history.current(of: version.model, in: $0) })
        where event.version?.tag == version.tag || event.trailers?.version == version.version {
            if let contradiction = event.contradiction { return report.add("stages", .bad, contradiction) }
        }
        if let head = try await workspace.repository.objects.head().commit {
            let asked: [StageName: StageRequests.Request]
            do { asked = try await workspace.stageRequests(at: head).requests[version.model] ?? [:] } catch let error
                as Failure
            { return report.add("stages", .bad, error.message) }
            for (stage, wanted) in asked.mapValues(\.version).sorted(by: { $0.key < $1.key }) {
                let current = history.current(of: version.model, in: stage)?.version
                guard current?.tag == version.tag || wanted == version.version, wanted != current?.version else {
                    continue
                }
                let has = current.map(\.version.description) ?? "nothing"
                return report.add(
                    "stages",
                    .bad,
                    "\(StageRequests.path) asks for \(wanted) in \(stage), which has \(has)"
                )
            }
        }
        report.add(
            "stages",
            own.isEmpty ? .none : .good,
            own.isEmpty ? "it is in none" : own.map(\.text).joined(separator: ", ")
        )
    }
}
