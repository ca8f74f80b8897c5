package import SystemIO

/// Why no profile can be made of a table.
package enum ReferenceDataError: Error, Sendable {
    /// The file cannot be read.
    case file(IOError)
    /// A row is no row: its number, from 1 on, and why.
    case row(Int, String)
    /// The table has no column of this name.
    case column(String)
    /// The table has more columns than a profile may have.
    case columns(Int)
    /// The table has no rows.
    case empty
    /// Two columns have this name.
    case twice(String)
}

extension ReferenceDataError: CustomStringConvertible {
    /// One clause that says what is wrong.
    package var description: String {
        switch self {
        case .file(let error): "\(error)"
        case .row(let number, let problem): "row \(number) \(problem)"
        case .column(let name): "it has no column \"\(name)\""
        case .columns(let count):
            "it has \(count) columns, more than the \(ReferenceProfile.featureLimit) that are compared"
        case .empty: "it has no rows"
        case .twice(let name): "two columns are called \"\(name)\""
        }
    }
}
