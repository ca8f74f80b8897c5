package import Runs

/// `git model params diff`: which hyperparameters two versions, commits or runs, or one of them and the working copy,
/// have differently.
package struct CompareParameters: Sendable {
    /// What became of a hyperparameter.
    package struct Row: Encodable, Sendable {
        /// The parameter's name, with the model in front where there are several.
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
        let changes = comparison.sections(of: ParameterFacts.self, in: sides).flatMap { section in
            ParameterChange.all(from: section.old, to: section.new).map { change in
                let row = Row(name: section.label + change.name, old: change.old, new: change.new)
                return (row: row, isDifferent: change.isDifferent)
            }
        }
        return comparison.report(of: ParameterFacts.self, in: sides, changes)
    }
}
