package import Runs

/// `git model params diff`: which hyperparameters two versions, commits or runs, or one of them and the working copy, have differently.
package struct CompareParameters: Sendable {
    /// The differences.
    package struct Report: Operations.Report {
        /// What became of a hyperparameter.
        package struct Row: Encodable, Sendable {
            /// The parameter's name.
            package let name: String
            /// The values, with their types; left out where there is none.
            package let old: ParameterValue?, new: ParameterValue?
        }

        /// The earlier side.
        package let from: FactSide
        /// The later side.
        package let to: FactSide
        /// The parameters that differ, or all that were asked for, by name.
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
    /// With `showsAll`, parameters that are alike are shown, too; with `failsOnDifference`, the outcome is `no` where one differs.
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
        let changes = ParameterChange.all(
            from: old.parameters.filter { filter.accepts($0.key) }.mapValues(\.value),
            to: new.parameters.filter { filter.accepts($0.key) }.mapValues(\.value)
        )
        let differs = changes.contains(where: \.isDifferent)
        return Report(
            from: from,
            to: to,
            rows: changes.filter { showsAll || $0.isDifferent }.map {
                Report.Row(name: $0.name, old: $0.old, new: $0.new)
            },
            differs: differs,
            outcome: failsOnDifference && differs ? .negative : .ok,
            warnings: old.problems.map { "\(from.name): \($0)" } + new.problems.map { "\(to.name): \($0)" },
            hints: old.parameters.isEmpty && new.parameters.isEmpty ? [FactHint.noParameters] : []
        )
    }
}
