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
}
