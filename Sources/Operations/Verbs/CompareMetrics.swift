import Runs

/// `git model metrics diff`: how metrics differ between two versions, commits, runs, or one of them and the working
/// copy.
package struct CompareMetrics: Sendable {
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

    private let comparison: FactComparison

    /// Creates the operation on at most two sides; what is left out is HEAD as the earlier one, the working copy as the
    /// later.
    ///
    /// With `showsAll`, metrics that are alike are shown, too; with `failsOnDifference`, the outcome is `no` where one
    /// differs.
    package init(
        _ texts: [String] = [],
        filter patterns: [String] = [],
        showsAll: Bool = false,
        failsOnDifference: Bool = false
    ) {
        comparison = FactComparison(
            texts: texts,
            filter: NameFilter(patterns),
            showsAll: showsAll,
            failsOnDifference: failsOnDifference
        )
    }

    /// Reads both sides and compares them; fetches nothing.
    package func run(in context: Context) async throws -> FactDifferences<Row> {
        let sides = try await comparison.sides(in: context)
        let directions = MetricDirections(sides.workspace.configuration)
        let changes = MetricChange.all(
            from: comparison.accepted(sides.old.metrics).mapValues(\.value),
            to: comparison.accepted(sides.new.metrics).mapValues(\.value),
            better: directions.direction(of:)
        )
        return comparison.report(
            of: sides,
            changes.map { (row: Row($0), isDifferent: $0.isDifferent) },
            warnings: changes.compactMap { directions.problem(of: $0.name) },
            hints: sides.old.metrics.isEmpty && sides.new.metrics.isEmpty ? [FactHint.noMetrics] : []
        )
    }
}

extension CompareMetrics.Row {
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
