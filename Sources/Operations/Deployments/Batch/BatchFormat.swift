import ModelCore
import SystemPackage

/// How rows stand in a file of inputs or outputs, by the end of its name.
enum BatchFormat: Sendable, Equatable {
    /// A table whose first row names the columns.
    case table(separator: UInt8)
    /// A JSON object a line.
    case jsonLines

    /// The ends of names, for messages.
    static let list = ".csv, .tsv, .jsonl or .ndjson"

    /// Finds the format of a file; throws a `Failure` for a name that tells none.
    init(of path: FilePath, as argument: String) throws {
        switch path.extension?.lowercased() {
        case "csv": self = .table(separator: UInt8(ascii: ","))
        case "tsv": self = .table(separator: UInt8(ascii: "\t"))
        case "jsonl", "ndjson": self = .jsonLines
        default:
            throw Failure(
                .usage,
                "it is not clear how rows stand in \(QuotedPath.encode(argument))",
                hints: ["give it a name that ends in \(BatchFormat.list)"]
            )
        }
    }
}
