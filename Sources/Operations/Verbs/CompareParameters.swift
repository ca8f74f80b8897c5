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

    /// Creates the operation.
    package init(_ comparison: FactComparison) { self.comparison = comparison }

    /// Reads both sides and compares them; fetches nothing.
    package func run(in context: Context) async throws -> FactDifferences<Row> {
        let sides = try await comparison.sides(in: context)
        let changes = ParameterChange.all(
            from: comparison.values(of: ParameterFacts.self, in: sides.old),
            to: comparison.values(of: ParameterFacts.self, in: sides.new)
        )
        return comparison.report(
            of: ParameterFacts.self,
            in: sides,
            changes.map { (row: Row(name: $0.name, old: $0.old, new: $0.new), isDifferent: $0.isDifferent) }
        )
    }
}
