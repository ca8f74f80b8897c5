package import Runs

/// `git model params diff`: which hyperparameters two versions, commits or runs, or one of them and the working copy,
/// have differently.
package struct CompareParameters: Sendable {
    /// What became of a hyperparameter.
    package struct Row: Encodable, Sendable {
        /// The parameter's name.
        package let name: String
        /// The values, with their types; left out where there is none.
        package let old: ParameterValue?, new: ParameterValue?
    }

    private let comparison: FactComparison

    /// Creates the operation on at most two sides; what is left out is HEAD as the earlier one, the working copy as the
    /// later.
    ///
    /// With `showsAll`, parameters that are alike are shown, too; with `failsOnDifference`, the outcome is `no` where
    /// one differs.
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
        let changes = ParameterChange.all(
            from: comparison.accepted(sides.old.parameters).mapValues(\.value),
            to: comparison.accepted(sides.new.parameters).mapValues(\.value)
        )
        return comparison.report(
            of: sides,
            changes.map { (row: Row(name: $0.name, old: $0.old, new: $0.new), isDifferent: $0.isDifferent) },
            hints: sides.old.parameters.isEmpty && sides.new.parameters.isEmpty ? [FactHint.noParameters] : []
        )
    }
}
