package import Runs

/// `git model params show`: the hyperparameters of versions, commits, runs or the working copy.
package struct ShowParameters: Sendable {
    /// The hyperparameters.
    package struct Report: Operations.Report {
        /// The value of a hyperparameter.
        package struct Parameter: Encodable, Sendable {
            /// The parameter's name.
            package let name: String
            /// The value, with its type.
            package let value: ParameterValue
            /// A file's path, or `run:` and the id of a run.
            package let source: String
        }

        /// The hyperparameters of one of them.
        package struct Side: Encodable, Sendable {
            /// What they are of.
            package let of: FactSide
            /// The hyperparameters, by name.
            package let parameters: [Parameter]
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
            let parameters = facts.parameters.filter { filter.accepts($0.key) }.sorted { $0.key < $1.key }
            let rows = parameters.map { Report.Parameter(name: $0, value: $1.value, source: "\($1.source)") }
            report.sides.append(Report.Side(of: side, parameters: rows))
            report.warnings += facts.problems.map { "\(side.name): \($0)" }
        }
        if found.allSatisfy({ $0.facts.parameters.isEmpty }) { report.hints = [FactHint.noParameters] }
        return report
    }
}
