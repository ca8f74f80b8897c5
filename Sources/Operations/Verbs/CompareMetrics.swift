import Runs

/// `git model metrics diff`: how metrics differ between two versions, commits, runs, or one of them and the working copy.
package struct CompareMetrics: Sendable {
    /// The differences.
    package struct Report: Operations.Report {
        /// What became of a metric.
        package struct Row: Encodable, Sendable {
            /// The metric's name.
            package let name: String
            /// The values; left out where there is none.
            package let old: Double?, new: Double?
            /// How much more the new one is.
            package let change: Double?
            /// That as a share of the old one's magnitude.
            package let relativeChange: Double?
            /// Which values are better: `lower` or `higher`; left out where nobody knows.
            package let better: String?
            /// Whether the new one is `better` or `worse`.
            package let verdict: String?
        }

        /// The earlier side.
        package let from: FactSide
        /// The later side.
        package let to: FactSide
        /// The metrics that differ, or all that were asked for, by name.
        package let rows: [Row]
        /// Whether any of those that were asked for differs.
        package let differs: Bool
        package let outcome: Outcome
        package let warnings: [String]
        package let hints: [String]

        private enum CodingKeys: CodingKey { case from, to, rows, differs }
    }

    private let texts: [String]
    private let filter: NameFilter
    private let showsAll: Bool
    private let failsOnDifference: Bool

    /// Creates the operation on at most two sides; what is left out is HEAD as the earlier one, the working copy as the later.
    ///
    /// With `showsAll`, metrics that are alike are shown, too; with `failsOnDifference`, the outcome is `no` where one differs.
    package init(
        _ texts: [String] = [],
        filter patterns: [String] = [],
        showsAll: Bool = false,
        failsOnDifference: Bool = false
    ) {
        self.texts = texts
        filter = NameFilter(patterns)
        self.showsAll = showsAll
        self.failsOnDifference = failsOnDifference
    }

    /// Reads both sides and compares them; fetches nothing.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let pair = try await FactSubject.pair(texts, in: workspace)
        let (old, new) = (try await workspace.facts(of: pair.old), try await workspace.facts(of: pair.new))
        let (from, to) = (FactSide(pair.old), FactSide(pair.new))
        var warnings = old.problems.map { "\(from.name): \($0)" } + new.problems.map { "\(to.name): \($0)" }
        let directions = MetricDirections(workspace.configuration)
        let changes = MetricChange.all(
            from: old.metrics.filter { filter.accepts($0.key) }.mapValues(\.value),
            to: new.metrics.filter { filter.accepts($0.key) }.mapValues(\.value),
            better: directions.direction(of:)
        )
        warnings += changes.compactMap { directions.problem(of: $0.name) }
        let differs = changes.contains(where: \.isDifferent)
        return Report(
            from: from,
            to: to,
            rows: changes.filter { showsAll || $0.isDifferent }.map(Report.Row.init),
            differs: differs,
            outcome: failsOnDifference && differs ? .negative : .ok,
            warnings: warnings,
            hints: old.metrics.isEmpty && new.metrics.isEmpty ? [FactHint.noMetrics] : []
        )
    }
}

extension CompareMetrics.Report.Row {
    fileprivate init(_ change: MetricChange) {
        self.init(
            name: change.name,
            old: change.old,
            new: change.new,
            change: change.difference,
            relativeChange: change.relativeDifference,
            better: change.direction?.rawValue,
            verdict: change.verdict?.rawValue
        )
    }
}
