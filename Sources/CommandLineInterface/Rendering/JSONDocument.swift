import FoundationEssentials
import Operations

/// A report as the one document that `--json` prints: the report's own fields, and those every document has.
struct JSONDocument<Content: Report>: Encodable {
    /// The version of the documents' shape; fields are added without raising it.
    static var schema: Int { 1 }

    let report: Content

    init(_ report: Content) {
        self.report = report
    }

    private enum Field: String, CodingKey {
        case schema, outcome, warnings, hints, problems
    }

    func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
        var fields = encoder.container(keyedBy: Field.self)
        try fields.encode(Self.schema, forKey: .schema)
        try fields.encode(report.outcome, forKey: .outcome)
        try fields.encode(report.warnings, forKey: .warnings)
        try fields.encode(report.hints, forKey: .hints)
        try fields.encode(report.problems, forKey: .problems)
    }
}

/// JSON as git-model prints it: one line, sorted keys, slashes as they are; numbers that JSON has no digits for are
/// texts.
///
/// Its readers are programs; people have `jq`.
enum JSONText {
    static func line(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity",
            negativeInfinity: "-Infinity",
            nan: "NaN"
        )
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
}
