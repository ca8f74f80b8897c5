import Git
import ModelCore
import Registry
import Runs
import Store
import SystemIO

/// `git model check BASE..HEAD`: whether what a range of commits brings may be merged, by the rules that its base has.
package struct CheckRange: Sendable {
    /// The verdict.
    package struct Report: Operations.Report {
        /// One thing that was looked at.
        package struct Line: Encodable, Sendable {
            /// What was looked at: a path, a gate, a rule.
            package let subject: String
            /// Whether it is as it has to be; `nil` for what is only said.
            package let isPassed: Bool?
            /// What was found.
            package let found: String
        }

        /// The commit that the rules are taken from; `nil` where the range has none.
        package let base: String?
        /// The commit that is judged.
        package let head: String
        /// The stage whose gates were compared.
        package let stage: String?
        /// Changes to the rules themselves: gates, signers, remotes; they count from the next range on.
        package var policyChanges: [String] = []
        /// Everything that was looked at.
        package var lines: [Line] = []
        package var warnings: [String] = []
        package var hints: [String] = []
        package var outcome: Outcome { lines.contains { $0.isPassed == false } ? .negative : .ok }

        mutating func add(_ subject: String, _ isPassed: Bool?, _ found: String) {
            lines.append(Line(subject: subject, isPassed: isPassed, found: found))
        }
    }

    private let range: String
    private let stage: String?
    private let model: String?
    private let isBootstrap: Bool

    /// Creates the operation on `BASE..HEAD`; with a stage, its gates are compared too, for one model where there are
    /// several.
    ///
    /// A base without configuration has no rules, which is a negative answer unless `isBootstrap` says that it is meant
    /// so.
    package init(_ range: String, stage: String? = nil, model: String? = nil, isBootstrap: Bool = false) {
        self.range = range
        self.stage = stage
        self.model = model
        self.isBootstrap = isBootstrap
    }

    /// Looks at what the range changes.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.openToJudge(in: context)
        let ends = try await CommitRange(range).ends(in: workspace)
        // Whoever makes a pull request chooses where it parts from its base, but not what the base is.
        let (rules, problem) = try await workspace.withConfiguration(of: ends.rules)
        var report = Report(base: ends.rules.hex, head: ends.head.hex, stage: stage)
        let objects = workspace.repository.objects
        let hasRules = try await objects.entry(at: GitPath(Configuration.path), in: ends.rules) != nil
        if !hasRules || problem != nil {
            let found =
                problem.map { "\($0), so that the base has no policy" }
                ?? "the base has no \(Configuration.path): no policy yet"
            report.add("policy", isBootstrap ? nil : false, found)
            if !isBootstrap { report.hints = ["where that is meant so: `git model check --bootstrap \(range)`"] }
        }
        let policy = PolicyChanges(workspace.repository, from: ends.base, to: ends.head)
        report.policyChanges = try await policy.descriptions()
        try await checkNewRules(ends, in: workspace, &report)
        try await checkRequests(ends, in: workspace, &report)
        try await checkPointers(from: ends.base, to: ends.head, in: rules, &report)
        try await checkGates(ends.rules, ends.head, in: rules, &report)
        return report
    }

    /// Looks whether the gates that count after the range can be read: else no stage would get anything any more.
    ///
    /// What they ask for decides nothing yet. A file that the range leaves alone is not its fault.
    private func checkNewRules(
        _ ends: CommitRange.Ends,
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        let (objects, path) = (workspace.repository.objects, GitPath(Configuration.path))
        let before = try await objects.entry(at: path, in: ends.base)
        guard try await objects.entry(at: path, in: ends.head) != before else { return }
        do {
            let environment = workspace.context.environment
            let after = try await Configuration.load(workspace.repository, at: ends.head, environment: environment)
            for problem in GatePolicy.problems(in: after) { report.add("policy", false, "after it, \(problem)") }
        } catch let error as ConfigurationError {
            report.add("policy", false, "after it, \(error.anywhere)")
        }
    }

    /// Looks whether what is asked for of stages after the range can be read: else nothing is promoted by review any
    /// more.
    private func checkRequests(_ ends: CommitRange.Ends, in workspace: Workspace, _ report: inout Report) async throws {
        let (objects, path) = (workspace.repository.objects, GitPath(StageRequests.path))
        let before = try await objects.entry(at: path, in: ends.base)
        guard try await objects.entry(at: path, in: ends.head) != before else { return }
        do { _ = try await workspace.stageRequests(at: ends.head) } catch let error as Failure {
            report.add("policy", false, "after it, \(error.message)")
        }
    }

    /// Compares what the range changes of the pointers with the rules' remote.
    private func checkPointers(
        from base: GitObjectID,
        to head: GitObjectID,
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        let before = try await workspace.pointers(at: base)
        let after = try await workspace.pointers(at: head)
        let known = Set(before.damaged.map(\.path))
        for damage in after.damaged where !known.contains(damage.path) {
            report.add(damage.path, false, "it is no pointer: \(damage.problem)")
        }
        let old = Dictionary(before.entries.map { ($0.path, $0.pointer) }) { first, _ in first }
        let changed = after.entries.filter { old[$0.path] != $0.pointer }
        // One whose pointer is damaged is not gone.
        let left = Set(after.entries.map(\.path)).union(after.damaged.compactMap(\.artifact))
        let removed = before.entries.filter { !left.contains($0.path) }
        let moved = VersionPair.pairs(before.entries, after.entries).filter { $0.change == .renamed }
        for artifact in removed {
            let place = moved.first { $0.before?.path == artifact.path }?.path
            report.add(artifact.path.text, nil, place.map { "it was renamed to \($0)" } ?? "it was removed")
        }
        if changed.isEmpty, removed.isEmpty { report.add("artifacts", nil, "none was changed") }
        guard !changed.isEmpty else { return }
        guard workspace.configuration.hasRemotes else {
            return report.add("objects", nil, "the base has no remote that they could be in")
        }
        let remote = try workspace.remote(named: nil)
        let joined = try workspace.openStore()
        try workspace.requireReachable(remote, having: changed.map(\.pointer), or: joined.store)
        let held = try await remote.holds(changed.map(\.pointer), local: joined.store)
        for artifact in changed where !artifact.path.isOfRun || !held.contains(artifact.pointer.oid) {
            let isThere = held.contains(artifact.pointer.oid)
            let found = "\(isThere ? "all of it is" : "it is not") in remote \(remote.name)"
            report.add(artifact.path.text, isThere, found)
        }
        if changed.contains(where: { !held.contains($0.pointer.oid) }) {
            report.hints.append("push it from where it was added: `git model push`")
        }
    }

    private func checkGates(
        _ base: GitObjectID,
        _ head: GitObjectID,
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        let stages = try stage.map { [try StageName($0)] } ?? []
        let before = try await ModelIndex.at(base, in: workspace.repository)
        let after = try await ModelIndex.at(head, in: workspace.repository)
        // What the range leaves alone is not its fault, unless somebody asks for gates that need it.
        for damage in after.damaged where !stages.isEmpty || !before.damaged.contains(damage) {
            report.add(damage.path, false, damage.problem)
        }
        guard !stages.isEmpty else { return }
        // A model that the range takes away is judged, too.
        let described = Set((before.models + after.models).map(\.name))
        let chosen = try model.map { [try ModelName($0)] } ?? described.sorted()
        // A model whose description cannot be read has no name, and was objected to.
        if let unknown = chosen.first(where: { !described.contains($0) }), after.damaged.isEmpty {
            // Models that GTO registered are told of by nothing but their versions.
            let versions = try await workspace.versionsAndStages(among: before.models).versions
            let known = described.union(versions.map(\.model))
            guard known.isEmpty || known.contains(unknown) else {
                throw Failure.unknownModel(unknown.text, known: known.sorted())
            }
        }
        if chosen.isEmpty { report.add("gates", false, "no model is described that they could be about") }
        try await fetchIncumbents(of: chosen, in: stages, workspace, &report)
        try await addUnreadable(of: chosen, at: head, in: stages, workspace, &report)
        let (versions, history) = try await workspace.versionsAndStages(among: before.models)
        for name in chosen {
            let tagged = versions.last { $0.model == name && $0.commit == head && !$0.isDeregistered }
            // Whoever may push tags does not say by one what is judged.
            let candidate = GateCheck.Candidate.commit(head, name)
            for stage in stages {
                let check = GateCheck(
                    workspace: workspace,
                    stage: stage,
                    incumbent: history.current(of: name, in: stage),
                    signersCommit: base,
                    signed: tagged
                )
                let results = try await check.results(for: candidate)
                let owner = chosen.count > 1 ? "\(name): " : ""
                if results.isEmpty { report.add("\(owner)gates of \(stage)", nil, "the base has none") }
                for result in results {
                    report.add("\(owner)\(result.gate)", result.isPassed, result.found)
                }
            }
        }
    }

    /// Says which files of metrics and parameters cannot be read, where gates compare what these have.
    private func addUnreadable(
        of models: [ModelName],
        at head: GitObjectID,
        in stages: [StageName],
        _ workspace: Workspace,
        _ report: inout Report
    ) async throws {
        let policies = try stages.map { try GatePolicy(of: $0, in: workspace.configuration) }
        guard policies.contains(where: { !$0.metrics.isEmpty }) else { return }
        for model in models {
            let problems = try await workspace.facts(at: head, for: model).problems
            report.warnings += problems.filter { !report.warnings.contains($0) }
        }
    }

    /// Fetches what others did to the models' stages, as `promote` does, where gates compare with what these have now;
    /// where that cannot be had, the answer is given all the same, and says so.
    private func fetchIncumbents(
        of models: [ModelName],
        in stages: [StageName],
        _ workspace: Workspace,
        _ report: inout Report
    ) async throws {
        let policies = try stages.map { try GatePolicy(of: $0, in: workspace.configuration) }
        guard let first = models.first, policies.contains(where: { $0.metrics.contains(where: \.isRelative) }) else {
            return
        }
        do {
            guard let name = try workspace.registryRemote() else { return }
            let remote = try await StageRemote(name, of: first, in: workspace)
            for model in models { try await remote.about(model).fetchEvents() }
        } catch {
            try workspace.context.cancellation.check()
            report.warnings.append("gates compare with what this clone knows of stages, and not with all: \(error)")
            report.hints += (error as? Failure)?.hints ?? []
            report.hints += try workspace.shallowHints
        }
    }
}

/// Two commits as people write them: `BASE..HEAD`, `BASE...HEAD` from where they parted, or `BASE` alone up to HEAD.
struct CommitRange {
    private let base: String
    private let head: String
    private let isFromMergeBase: Bool

    init(_ text: String) {
        // Three dots are two dots and one.
        let dots = text.firstRange(of: "...") ?? text.firstRange(of: "..")
        base = dots.map { String(text[..<$0.lowerBound]) } ?? text
        head = dots.map { String(text[$0.upperBound...]) } ?? ""
        isFromMergeBase = dots.map { text[$0] == "..." } ?? false
    }

    /// The commits of a range.
    struct Ends {
        /// The one whose rules count: the base as it is named.
        let rules: GitObjectID
        /// The one that what changed is counted from.
        let base: GitObjectID
        /// The one that is judged.
        let head: GitObjectID
    }

    /// Returns the commits; a shallow clone that does not have one says so.
    func ends(in workspace: Workspace) async throws -> Ends {
        let head = try await commit(head.isEmpty ? "HEAD" : head, in: workspace)
        let base = try await commit(base.isEmpty ? "HEAD" : base, in: workspace)
        guard isFromMergeBase else { return Ends(rules: base, base: base, head: head) }
        if let common = try await workspace.repository.mergeBase(of: base, head) {
            return Ends(rules: base, base: common, head: head)
        }
        throw Failure(
            .failed,
            "\(self.base) and \(self.head) have no commit in common here",
            hints: try await deepening(in: workspace)
        )
    }

    private func commit(_ text: String, in workspace: Workspace) async throws -> GitObjectID {
        // What is checked out may be what is judged: descriptions that cannot be read keep nobody from it.
        let models = (try? workspace.models()) ?? []
        do { return try await workspace.resolve(text, among: models).commit } catch let error as ResolutionError {
            let hints = try await deepening(in: workspace)
            guard !hints.isEmpty else { throw error }
            throw Failure(nil, "this clone is shallow", hints: hints, cause: error)
        }
    }

    private func deepening(in workspace: Workspace) async throws -> [String] {
        try await workspace.repository.isShallow() ? ["get the rest of its history: `git fetch --unshallow`"] : []
    }
}
