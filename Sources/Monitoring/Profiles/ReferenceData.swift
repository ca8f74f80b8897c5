import ModelCore
import Runs
package import SystemPackage

/// A table that a profile is made of: CSV or TSV with a row of names, or JSON lines, read once in bounded memory.
package struct ReferenceData: Sendable {
    /// How the table is written.
    package enum Form: Sendable, Hashable {
        /// Rows of cells with this separator, after a row of the columns' names.
        case cells(separator: UInt8)
        /// An object a line.
        case lines

        /// Tells the form by a file's name; `nil` for one that is no table.
        package init?(of path: FilePath) {
            switch path.extension?.lowercased() {
            case "csv": self = .cells(separator: UInt8(ascii: ","))
            case "tsv": self = .cells(separator: UInt8(ascii: "\t"))
            case "jsonl", "ndjson", "json": self = .lines
            default: return nil
            }
        }
    }

    private let path: FilePath
    private let form: Form
    private let columns: [String]?
    private let prediction: String?

    /// Names a table, the columns that are features (else all), and the one that the predictions are in.
    package init(_ path: FilePath, form: Form, columns: [String]? = nil, prediction: String? = nil) {
        self.path = path
        self.form = form
        self.columns = columns
        self.prediction = prediction
    }

    /// Reads the table and returns its profile; `isCancelled` is asked now and then, and ends it with what was read so
    /// far.
    package func profile(isCancelled: () -> Bool = { false }) throws(ReferenceDataError) -> ReferenceProfile {
        var tallies = ReferenceTallies(columns: columns, prediction: prediction)
        switch form {
        case .cells(let separator): try read(cells: separator, into: &tallies, isCancelled)
        case .lines: try readLines(into: &tallies, isCancelled)
        }
        return try tallies.profile()
    }

    private func read(
        cells separator: UInt8,
        into tallies: inout ReferenceTallies,
        _ isCancelled: () -> Bool
    ) throws(ReferenceDataError) {
        var records = try RecordFile(path, separator: separator)
        var names: [String]?
        var number = 0
        while let record = try records.next() {
            number += 1
            var rows = DelimitedRows(record, separator: separator)
            guard let cells = rows.next() else { continue }
            guard let names else {
                names = cells
                try tallies.begin(cells)
                continue
            }
            guard cells.count <= names.count else {
                throw .row(number, "has \(cells.count) cells, and the names are \(names.count)")
            }
            if number % 1024 == 0, isCancelled() { return }
            tallies.rows += 1
            for (name, cell) in zip(names, cells) { tallies.add(FeatureValue(cell: cell), to: name) }
        }
    }

    private func readLines(
        into tallies: inout ReferenceTallies,
        _ isCancelled: () -> Bool
    ) throws(ReferenceDataError) {
        var records = try RecordFile(path, separator: nil)
        var number = 0
        while let record = try records.next() {
            number += 1
            if record.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
            guard let fields = try? JSONValue(parsing: record, allowsNonFinite: true).object else {
                throw .row(number, "is no JSON object")
            }
            if number % 1024 == 0, isCancelled() { return }
            tallies.rows += 1
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
                try tallies.addNew(FeatureValue(value), to: name)
            }
        }
    }
}
