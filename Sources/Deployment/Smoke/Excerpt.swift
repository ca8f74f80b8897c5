import ModelCore

/// Beginnings of what a model or its server gave, fit for a message: short, and without what a terminal would obey.
enum Excerpt {
    private static let limit = 200
    /// How many lines of a log a message has.
    private static let lineCount = 10

    /// Returns the beginning of some bytes, in one line.
    static func of(_ bytes: [UInt8]) -> String {
        bytes.isEmpty
            ? "nothing"
            : line(String(decoding: bytes.prefix(4 * limit), as: UTF8.self), isWhole: bytes.count <= 4 * limit)
    }

    /// Returns the beginning of a value, in one line.
    static func of(_ value: JSONValue) -> String { line(String(decoding: value.line, as: UTF8.self)) }

    /// Returns the beginning of a text as one line: white space is a space, control characters are left out.
    static func line(_ text: some StringProtocol, isWhole: Bool = true) -> String {
        var line = ""
        var length = 0
        var isSpace = true
        for scalar in text.unicodeScalars {
            guard length < limit else { return line + "…" }
            let space = scalar.properties.isWhitespace
            // Two spaces are one, and there is none at the beginning.
            guard !isControl(scalar) || space, !space || !isSpace else { continue }
            line.unicodeScalars.append(space ? " " : scalar)
            (length, isSpace) = (length + 1, space)
        }
        if line.last == " " { line.removeLast() }
        return isWhole ? line : line + "…"
    }

    /// Returns the last lines of a log, each after a line feed and four spaces; nothing where there is none.
    static func end(ofLog log: String) -> String {
        let lines = log.split(whereSeparator: \.isNewline).map { line($0) }.filter { !$0.isEmpty }
        return lines.suffix(lineCount).map { "\n    " + $0 }.joined()
    }

    /// Control characters and those that change the direction of writing or are not seen.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
