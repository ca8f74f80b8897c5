/// A cell of a table of comma-separated values (RFC 4180).
package enum DelimitedCell {
    /// Returns the text as a cell.
    package static func text(_ value: String) -> String {
        // A spreadsheet would take what begins so for a formula.
        let start = value.unicodeScalars.first
        let isSigned = start == "+" || start == "-"
        let isFormula = start.map { "=@\t\r".unicodeScalars.contains($0) } ?? false || isSigned && Double(value) == nil
        let text = isFormula ? "'" + value : value
        // By bytes: two of these may be one character.
        guard text.utf8.contains(where: { ",\"\n\r".utf8.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
    /// Returns the bytes as a cell, which reads as just these bytes; `separator` is a comma or a tab.
    package static func bytes(_ value: [UInt8], separator: UInt8) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        guard value.contains(where: { $0 == separator || $0 == quote || $0 == 10 || $0 == 13 }) else { return value }
        return [quote] + value.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
    }
}
