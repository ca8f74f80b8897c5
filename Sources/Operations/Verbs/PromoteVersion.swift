import Git
import ModelCore
import Registry

/// `git model promote`: gives a stage a version, for everybody.
package struct PromoteVersion: Sendable {
    /// What was promoted, or why not.
    package struct Report: Operations.Report {
        /// The model.
        package let model: String
        /// The version, as `v1.2.3`.
        package let version: String
        /// The stage.
        package let stage: String
        /// The version that the stage had before; `nil` where it had none.
        package let previous: String?
        /// What the stage's gates say; empty where it has none.
        package var gates: [GateResult] = []
        /// The tag that says it; `nil` where a gate refused.
        package var tag: String?
        /// The Git remote that has the tag; `nil` for a draft.
        package var remote: String?
        /// Whether the stage had the version already.
        package var isUnchanged = false
        /// Whether a gate refused.
        package var isRefused: Bool { gates.contains { !$0.isPassed } && tag == nil && !isUnchanged }
        package var warnings: [String] = []
        package var hints: [String] = []
        package var outcome: Outcome { isRefused ? .negative : .ok }
    }

    /// How it is to be done.
    package struct Options: Sendable {
        /// What the user says about it; each is a paragraph.
        package var messages: [String] = []
        /// Whether the tag is signed, whatever Git's configuration says.
        package var isSigned = false
        /// Whether it stays in this clone.
        package var isLocal = false
        /// Whether gates are only told, and nothing is done.
        package var isDryRun = false
        /// Whether no Git remote is asked or changed.
        var staysHere: Bool { isLocal || isDryRun }

        /// Creates the usual options.
        package init() {}
    }

    private let text: String
    private let stage: String
    private let options: Options

    /// Creates the operation on the user's words for a version, and a stage.
    package init(_ text: String, to stage: String, options: Options = Options()) {
        self.text = text
        self.stage = stage
        self.options = options
    }

    /// Checks the stage's gates, and makes the tag; a refusal is a report, and leaves everything as it was.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let stage = try StageName(stage)
        let (version, remote) = try await workspace.fetchedVersion(text, for: "promote", isLocal: options.staysHere)
        return try await promote(version, to: stage, at: remote, in: workspace)
    }

    /// Promotes a version at a Git remote of which all is here that it knows of the model; at none for a draft.
    func promote(
        _ version: ModelVersion,
        to stage: StageName,
        at remote: StageRemote?,
        in workspace: Workspace
    ) async throws -> Report {
        try version.requirePromotable(to: "promote")
        if let remote { try requireVersion(version, at: remote) }
        let history = try await workspace.stages()
        if let remote { try refuseLocalWithdrawal(for: version, in: stage, history, remote) }
        let current = history.current(of: version.model, in: stage)
        let others = history.assignments(of: version.model, to: stage).filter { $0.version?.tag != version.tag }
        var report = Report(
            model: version.model.text,
            version: version.version.description,
            stage: stage.text,
            previous: others.first?.versionText
        )
        if let event = current, event.version?.tag == version.tag, isShared(since: event, history, remote) {
            report.isUnchanged = true
            report.tag = event.tag
            report.remote = remote?.name
            if let remote, let last = history.last(of: version.model, in: stage) {
                try await StageChange.complete(last, of: version, at: remote, in: workspace)
            }
            return report
        }
        let rules: StageRules
        if let remote {
            rules = try await StageRules(at: remote, in: workspace)
        } else {
            rules = try await StageRules(in: workspace, asksRemote: false)
        }
        report.warnings = rules.warnings
        let check = GateCheck(
            workspace: rules.workspace,
            stage: stage,
            incumbent: others.first,
            signersCommit: rules.commit
        )
        let findings = try await check.findings(for: .version(version))
        report.gates = findings.results
        report.warnings += findings.problems
        guard !report.isRefused, !options.isDryRun else { return report }
        let change = StageChange(
            workspace: workspace,
            kind: .promotion,
            stage: stage,
            version: version,
            messages: options.messages,
            gates: report.gates,
            isSigned: options.isSigned
        )
        let outcome = try await change.make(after: history, pushingTo: remote)
        report.tag = outcome.tag
        report.remote = outcome.remote
        if outcome.remote == nil {
            report.hints = ["push the draft: `git model promote \(version.tag) \(stage)`"]
        }
        return report
    }

    /// Whether a Git remote has an event and what came after it in its stage: a draft among them may be what makes the
    /// version the stage's, which has another for everybody else then.
    private func isShared(since event: StageEvent, _ history: StageHistory, _ remote: StageRemote?) -> Bool {
        guard let remote else { return true }
        let events = history.events.filter { $0.model == event.model && $0.stage == event.stage }
        return events.drop { $0.tag != event.tag }.allSatisfy { remote.has($0.tag, $0.annotation.id) }
    }

    /// What only this clone holds for taken back is in the stage for everybody else: gates would compare with another
    /// version, and the answer would name another.
    private func refuseLocalWithdrawal(
        for version: ModelVersion,
        in stage: StageName,
        _ history: StageHistory,
        _ remote: StageRemote
    ) throws {
        for event in history.promotions(of: version.model, to: stage) where event.version?.tag != version.tag {
            // What was promoted before one that holds is not what gates compare with.
            guard let withdrawal = event.version?.withdrawal else { return }
            guard !remote.has(withdrawal.tag, withdrawal.id) else { continue }
            let tag = ShellWord.quoted(withdrawal.tag)
            throw Failure(
                .failed,
                "cannot promote \(version.tag): \(event.versionText) of \(stage) is taken back in this clone only, by "
                    + "\(withdrawal.tag), which \(remote.name) does not have",
                hints: ["push it: `git push \(remote.name) \(tag)`", "or drop it: `git tag -d \(tag)`"]
            )
        }
    }

    /// A stage with a version that nobody else can get would be worse than none.
    private func requireVersion(_ version: ModelVersion, at remote: StageRemote) throws {
        guard !remote.has(version.tag.text, version.annotation?.id ?? version.commit) else { return }
        let isOther = remote.has(version.tag.text)
        throw Failure(
            .failed,
            "cannot promote \(version.tag): \(remote.name) \(isOther ? "has another tag of that name" : "does not have it")",
            hints: isOther
                ? ["see what it is: `git fetch \(remote.name) --tags`"]
                : ["push it: `git model push`, then `git push \(remote.name) \(version.tag)`"]
        )
    }
}
