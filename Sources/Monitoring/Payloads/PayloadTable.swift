/// The values of a payload, column by column.
package struct PayloadTable: Sendable, Hashable {
    /// The most rows of one payload that are looked at.
    package static let rowLimit = 10_000

    /// How many rows there are.
    package var rows = 0
    /// The values by the columns' names; a column may lack rows.
    package private(set) var columns: [String: [FeatureValue]] = [:]

    /// Creates a table without rows.
    package init() {}

    /// Adds a value to a column; what is beyond the limits is left out.
    mutating func add(_ value: FeatureValue, to column: String) {
        guard columns[column] != nil || columns.count < ReferenceProfile.featureLimit else { return }
        columns[column, default: []].append(value)
    }
}
