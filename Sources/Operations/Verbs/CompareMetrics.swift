import Runs

/// `git model metrics diff`: how metrics differ between two versions, commits, runs, or one of them and the working
/// copy.
package struct CompareMetrics: Sendable {
    /// What became of a metric.
    package struct Row: Encodable, Sendable {
        /// The metric's name, with the model in front where there are several.
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

    /// Creates the operation.
    package init(_ comparison: FactComparison) { self.comparison = comparison }

    /// Reads both sides and compares them; fetches nothing.
    package func run(in context: Context) async throws -> FactDifferences<Row> {
        let sides = try await comparison.sides(in: context)
        let directions = MetricDirections(sides.workspace.configuration)
        let changes = comparison.sections(of: MetricFacts.self, in: sides).flatMap { section in
            MetricChange.all(from: section.old, to: section.new, better: directions.direction(of:))
                .map { (label: section.label, change: $0) }
        }
        return comparison.report(
            of: MetricFacts.self,
            in: sides,
            changes.map { (row: Row($0.change, label: $0.label), isDifferent: $0.change.isDifferent) },
            // Several models may have a metric of one name.
            warnings: Set(changes.map(\.change.name)).sorted().compactMap { directions.problem(of: $0) }
        )
    }
}

extension CompareMetrics.Row {
    fileprivate init(_ change: MetricChange, label: String) {
        self.init(
            name: label + change.name,
            old: change.old,
            new: change.new,
            change: change.difference,
            relativeChange: change.relativeDifference,
            better: change.direction?.rawValue,
            verdict: change.verdict?.rawValue
        )
    }
}
