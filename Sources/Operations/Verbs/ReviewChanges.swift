import Git
import ModelCore
package import Plots
import Registry
import Runs
import Store

/// `git model report BASE..HEAD`: everything that a reviewer of a range of commits wants to know, without any weights.
package struct ReviewChanges: Sendable {
    /// What the range changes.
    package struct Report: Operations.Report {
        /// A commit at one end of the range.
        package struct End: Encodable, Sendable {
            /// The commit.
            package let commit: String
            /// The first line of its message.
            package let subject: String
            /// The run that made what it has, where one is kept; where there are several models, that of one which was
            /// trained between the ends.
            package let run: String?
        }

        /// A metric that differs.
        package struct Metric: Encodable, Sendable {
            /// The name.
            package let name: String
            /// What it was and what it is.
            package let before: Double?, after: Double?
            /// Whether it is better now; `nil` where that is not known, or it is the same.
            package let isBetter: Bool?
        }

        /// Something else that differs: a hyperparameter, a data set, a package.
        package struct Row: Encodable, Sendable {
            /// The name.
            package let name: String
            /// What it was and what it is, as people write it.
            package let before: String?, after: String?
        }

        /// How the tensors of an artifact changed, by layers.
        package struct Layers: Encodable, Sendable {
            /// The artifact's path.
            package let path: String
            /// Where the figures come from, as `CompareVersions` says it.
            package let source: String
            /// The layers that changed.
            package let changes: [LayerChange]

            /// Groups the tensors of an artifact; `nil` for one whose tensors are not known.
            package init?(of artifact: CompareVersions.Report.Artifact) {
                guard let tensors = artifact.tensors else { return nil }
                path = artifact.path
                source = tensors.source
                changes = LayerChange.grouping(tensors.changes)
            }
        }

        /// What was compared.
        package let base: End, head: End
        /// The verdict.
        package let check: CheckRange.Report
        /// The artifacts that differ.
        package let artifacts: CompareVersions.Report
        /// The layers that changed, by artifact.
        package let layers: [Layers]
        /// The metrics that differ.
        package var metrics: [Metric] = []
        /// The hyperparameters, data sets and properties of the environment that differ.
        package var parameters: [Row] = [], data: [Row] = [], environment: [Row] = []
        /// The inputs and outputs of models that differ.
        package var signature: [Row] = []
        /// The plots, each with what both have of it; those that do not differ are left out.
        package var plots: [PlotFigure] = []
        /// The bytes of what the later commit has anew or changed, and those that a store with the earlier one lacks of
        /// it; `nil` where the local store does not know.
        package let size: Int64, wireSize: Int64?
        /// What to type to try it.
        package let commands: [String]
        package var warnings: [String] = []
        package var problems: [Problem] = []
        package var hints: [String] = []
        package var outcome: Outcome { check.outcome }
    }

    private let range: String
    private let stage: String?
    private let model: String?
    private let isBootstrap: Bool
    private let fetches: Bool

    /// Creates the operation on `BASE..HEAD`; the verdict is that of `CheckRange`.
    package init(
        _ range: String,
        stage: String? = nil,
        model: String? = nil,
        isBootstrap: Bool = false,
        fetches: Bool = true
    ) {
        self.range = range
        self.stage = stage
        self.model = model
        self.isBootstrap = isBootstrap
        self.fetches = fetches
    }

    /// Compares the two ends.
    package func run(in context: Context) async throws -> Report {
        let own = try await Workspace.openToJudge(in: context)
        let ends = try await CommitRange(range).ends(in: own)
        let check = CheckRange(range, stage: stage, model: model, isBootstrap: isBootstrap)
        let verdict = try await check.run(in: context)
        // Nobody's pull request says which servers are asked.
        let workspace = try await own.withConfiguration(of: ends.rules).workspace
        let comparison = CompareVersions([ends.base.hex, ends.head.hex], fetches: fetches)
        let artifacts = try await comparison.run(in: workspace)
        let facts = try await facts(of: ends, in: workspace)
        let joined = try workspace.openStore()
        var report = Report(
            base: try await end(ends.base, facts.run(of: \.old), in: workspace),
            head: try await end(ends.head, facts.run(of: \.new), in: workspace),
            check: verdict,
            artifacts: artifacts,
            layers: artifacts.artifacts.compactMap(Report.Layers.init),
            size: artifacts.artifacts.reduce(0) { $0.addingSaturating($1.newSize) },
            wireSize: try await wireSize(from: ends.base, to: ends.head, joined.store, in: workspace),
            commands: ends.commands
        )
        let changes = try await FactChanges(between: facts, in: workspace)
        (report.metrics, report.parameters) = (changes.metrics, changes.parameters)
        (report.data, report.environment) = (changes.data, changes.environment)
        report.signature = changes.signature
        report.plots = try await plots(from: ends, facts, joined.store, in: workspace, &report.warnings)
        let unreadable = facts.problems(of: \.old) + facts.problems(of: \.new)
        let warnings = verdict.warnings + artifacts.warnings + unreadable + report.warnings
        report.warnings = warnings.reduce(into: []) { said, warning in
            if !said.contains(warning) { said.append(warning) }
        }
        report.problems = artifacts.problems
        report.hints = verdict.hints + artifacts.hints
        return report
    }

    private func facts(of ends: CommitRange.Ends, in workspace: Workspace) async throws -> ComparedFacts {
        let old = FactSubject.commit(try await workspace.resolve(ends.base.hex))
        let new = FactSubject.commit(try await workspace.resolve(ends.head.hex))
        let chosen = try model.map { try ModelName($0) }
        if let chosen {
            var known: Set<ModelName> = []
            for side in [old, new] { known.formUnion(try await side.models(in: workspace)?.map(\.name) ?? []) }
            guard known.isEmpty || known.contains(chosen) else {
                throw Failure.unknownModel(chosen.text, known: known.sorted())
            }
        }
        return try await ComparedFacts(from: old, to: new, for: chosen, in: workspace)
    }

    private func plots(
        from ends: CommitRange.Ends,
        _ facts: ComparedFacts,
        _ store: LocalStore,
        in workspace: Workspace,
        _ warnings: inout [String]
    ) async throws -> [PlotFigure] {
        var sides: [[PlotFigure.Part]] = []
        for (commit, runs) in [(ends.base, facts.runs(of: \.old)), (ends.head, facts.runs(of: \.new))] {
            let found = try await PlotCollection(of: commit, for: facts.model, madeBy: runs, in: workspace, store)
            sides.append(found.plots.map { PlotFigure.Part(commit.abbreviated, $0) })
            warnings += found.problems
        }
        // A commit may have several plots of one name.
        let (before, after) = (PlotFigure.figures(of: sides[0]), PlotFigure.figures(of: sides[1]))
        return PlotFigure.figures(of: sides[0] + sides[1]).filter { figure in
            guard figure.parts.contains(where: { !$0.plot.data.isOnePoint }) else { return false }
            let same = [before, after].map { $0.first { $0.id == figure.id && $0.kind == figure.kind } }
            return same[0]?.parts.map(\.plot.data) != same[1]?.parts.map(\.plot.data)
        }
    }

    private func end(
        _ id: GitObjectID,
        _ run: RunRecord?,
        in workspace: Workspace
    ) async throws -> Report.End {
        Report.End(
            commit: id.hex,
            subject: try await workspace.repository.objects.commit(id).subject,
            run: run?.id.text
        )
    }

    /// Returns the bytes of frames that only the later commit needs; `nil` where not all frames of both are known here.
    private func wireSize(
        from base: GitObjectID,
        to head: GitObjectID,
        _ store: LocalStore,
        in workspace: Workspace
    ) async throws -> Int64? {
        let before = try await workspace.pointers(at: base).entries.map(\.pointer)
        let known = Set(before)
        let new = try await workspace.pointers(at: head).entries.map(\.pointer).filter { !known.contains($0) }
        let closure = Closure(of: new, in: store)
        guard closure.isComplete else { return nil }
        let old = Closure(of: before, in: store)
        guard old.isComplete else { return nil }
        return closure.frames.reduce(0) { $0 + (old.frames[$1.key] == nil ? Int64($1.value.entry.recordLength) : 0) }
    }
}

extension CommitRange.Ends {
    /// What to type to try the later commit; branches have other names elsewhere, and are other commits later.
    fileprivate var commands: [String] {
        let name = head.abbreviated
        return [
            "git fetch origin \(head.hex)", "git model checkout \(name)", "git model diff \(base.abbreviated) \(name)",
        ]
    }
}

extension CompareVersions.Report.Artifact {
    /// The bytes of what the later version has and the earlier one has not, whatever it is called.
    fileprivate var newSize: Int64 { before?.oid == after?.oid ? 0 : after?.size ?? 0 }
}

extension ReviewChanges.Report.Metric {
    /// Returns what metrics were and are, by name, with a label in front of the names.
    static func rows(
        from before: [String: Double],
        to after: [String: Double],
        _ directions: MetricDirections,
        label: String = ""
    ) -> [ReviewChanges.Report.Metric] {
        Set(before.keys).union(after.keys).sorted().map { name in
            let change = MetricChange(name, from: before[name], to: after[name], better: directions.direction(of: name))
            return ReviewChanges.Report.Metric(
                name: label + name,
                before: change.old,
                after: change.new,
                isBetter: change.verdict.map { $0 == .better }
            )
        }
    }

    /// Whether it differs; what is no number twice does not.
    var isChanged: Bool { before != after && (before?.isNaN != true || after?.isNaN != true) }
}

extension ReviewChanges.Report.Row {
    /// Returns what differs, by name, with a label in front of the names.
    static func changes(
        from before: [String: String],
        to after: [String: String],
        label: String = ""
    ) -> [ReviewChanges.Report.Row] {
        Set(before.keys).union(after.keys).sorted().compactMap { name in
            let row = ReviewChanges.Report.Row(name: label + name, before: before[name], after: after[name])
            return row.before == row.after ? nil : row
        }
    }

    /// Returns the hyperparameters that differ, by name, with a label in front of the names.
    static func changes(
        from before: [String: ParameterValue],
        to after: [String: ParameterValue],
        label: String = ""
    ) -> [ReviewChanges.Report.Row] {
        ParameterChange.all(from: before, to: after).filter(\.isDifferent).map { change in
            let texts = change.texts
            return ReviewChanges.Report.Row(name: label + change.name, before: texts.old, after: texts.new)
        }
    }
}

extension PlotData {
    /// Whether it is a curve of one point, of which the table of metrics tells enough.
    fileprivate var isOnePoint: Bool {
        guard case .curves(let curves) = self else { return false }
        return curves.series.allSatisfy { $0.points.count < 2 }
    }
}
