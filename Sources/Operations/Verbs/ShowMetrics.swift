import Runs

/// `git model metrics show`: the metrics of versions, commits, runs or the working copy.
package struct ShowMetrics: Sendable {
    /// The metrics.
    package struct Report: Operations.Report {
        /// The value of a metric.
        package struct Metric: Encodable, Sendable {
            /// The metric's name.
            package let name: String
            /// The last value; it may be no number or infinite.
            package let value: Double
            /// A file's path, or `run:` and the id of a run.
            package let source: String
        }

        /// The metrics of one of them.
        package struct Side: Encodable, Sendable {
            /// What they are of.
            package let of: FactSide
            /// The metrics, by name.
            package let metrics: [Metric]
        }

        /// What was asked for, in that order.
        package var sides: [Side] = []
        package var warnings: [String] = []
        package var hints: [String] = []

        private enum CodingKeys: CodingKey { case sides }
    }

    private let texts: [String]
    private let filter: NameFilter

    /// Creates the operation on versions, revisions and runs, or without any on the working copy; only names that a
    /// pattern matches count.
    package init(_ texts: [String] = [], filter patterns: [String] = []) {
        self.texts = texts
        filter = NameFilter(patterns)
    }

    /// Reads files and records; fetches nothing.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let found = try await FactSubject.facts(of: texts, in: workspace)
        var report = Report()
        for (side, facts) in found {
            let metrics = facts.metrics.filter { filter.accepts($0.key) }.sorted { $0.key < $1.key }
            let rows = metrics.map { Report.Metric(name: $0, value: $1.value, source: "\($1.source)") }
            report.sides.append(Report.Side(of: side, metrics: rows))
            report.warnings += facts.problems.map { "\(side.name): \($0)" }
        }
        if found.allSatisfy({ $0.facts.metrics.isEmpty }) { report.hints = [FactHint.noMetrics] }
        return report
    }
}
