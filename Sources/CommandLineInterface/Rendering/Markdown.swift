/// Markdown that GitHub and GitLab show alike; whatever comes from a repository stands in it as text and nothing else.
struct Markdown {
    /// The most UTF-8 bytes of a document: GitHub takes 65,536 for a comment, in which there is a mark to find it again
    /// by.
    static let byteLimit = 65_000
    /// The most characters of a text in it: longer ones are cut.
    static let textLimit = 500

    private(set) var text = ""

    /// Adds a line of Markdown.
    mutating func line(_ line: String = "") { text += line + "\n" }

    /// Adds a heading.
    mutating func heading(_ title: String, level: Int = 3) {
        if !text.isEmpty { line() }
        line(String(repeating: "#", count: level) + " " + title)
        line()
    }

    /// Adds a table; cells are Markdown, and columns in `numbers` stand at the right edge.
    ///
    /// Says how many rows are beyond a limit.
    mutating func table(_ heads: [String], numbers: Set<Int> = [], _ rows: [[String]], limit: Int = .max) {
        guard !rows.isEmpty else { return }
        line("| " + heads.joined(separator: " | ") + " |")
        line("|" + heads.indices.map { numbers.contains($0) ? "---:|" : "---|" }.joined())
        for row in rows.prefix(limit) { line("| " + row.joined(separator: " | ") + " |") }
        guard rows.count > limit else { return }
        line()
        line("… and \(rows.count - limit) more.")
    }

    /// Whether the document fits into a comment, together with what is to stand behind it.
    func fits(before end: String = "") -> Bool { text.utf8.count + end.utf8.count <= Markdown.byteLimit }

    /// Returns the document, cut at the end of a line where it is too long for a comment, with a note that says where
    /// the rest is; what everybody needs stands behind it in any case.
    func fitting(before end: String = "", note: String) -> String {
        guard !fits(before: end) else { return text + end }
        let note = "\n… the rest did not fit; \(note).\n"
        var size = note.utf8.count + end.utf8.count
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix { line in
            size += line.utf8.count + 1
            return size < Markdown.byteLimit
        }
        return lines.joined(separator: "\n") + note + end
    }

    /// Returns a text as Markdown that shows exactly it.
    static func escaped(_ text: String) -> String {
        var result = ""
        // By scalars: what combines with a character would hide it.
        for character in shortened(text).unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\n", "\t": result += " "
            // A mention or a reference to an issue would tell somebody.
            case "@": result += "@&#8203;"
            case "#": result += "\\#&#8203;"
            case "\\", "`", "*", "_", "[", "]", "|", "~", "!", "(", ")", "{", "}", "$": result += "\\\(character)"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    private static func shortened(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > textLimit else { return DisplayText.sanitized(text) }
        return DisplayText.sanitized(String(String.UnicodeScalarView(scalars.prefix(textLimit - 1)))) + "…"
    }

    /// Returns a text as code in a line; backquotes become quotes, for what ends code must not stand in it.
    static func code(_ text: String) -> String {
        var clean = String.UnicodeScalarView()
        for scalar in shortened(text).unicodeScalars {
            switch scalar {
            case "`": clean.append("'")
            case "\n", "\t": clean.append(" ")
            // In a table a bar ends the cell even within code.
            case "|": clean.append("\u{2223}")
            default: clean.append(scalar)
            }
        }
        return "`\(String(clean))`"
    }
}
