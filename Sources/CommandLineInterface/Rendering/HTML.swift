/// HTML; whatever comes from a repository stands in it as text and nothing else.
enum HTML {
    /// Returns a text for between tags and in quoted attributes.
    static func escaped(_ text: String) -> String {
        var result = ""
        // By scalars: what combines with a character would hide it.
        for character in DisplayText.sanitized(text).unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    /// Returns an element around what is HTML already.
    static func element(_ name: String, _ attributes: [(String, String)] = [], _ content: String) -> String {
        let words = attributes.map { " \($0)=\"\(escaped($1))\"" }.joined()
        return "<\(name)\(words)>\(content)</\(name)>"
    }

    /// Returns a link where a text is the address of a web page, else the text: no other sort of address becomes a
    /// link.
    static func linked(_ text: String) -> String {
        let address = text.lowercased()
        guard address.hasPrefix("https://") || address.hasPrefix("http://") else { return escaped(text) }
        return element("a", [("href", text), ("rel", "noopener noreferrer nofollow")], escaped(text))
    }

    /// Returns a table in a box that scrolls by itself; cells are HTML already, columns in `numbers` stand at the right
    /// edge.
    static func table(_ heads: [String], numbers: Set<Int> = [], _ rows: [[String]]) -> String {
        func cells(_ name: String, _ row: [String]) -> String {
            row.enumerated().map { element(name, numbers.contains($0) ? [("class", "number")] : [], $1) }.joined()
        }
        let head = element("thead", [], element("tr", [], cells("th", heads)))
        let body = element("tbody", [], rows.map { element("tr", [], cells("td", $0)) + "\n" }.joined())
        return element("div", [("class", "scroll")], element("table", [], head + "\n" + body)) + "\n"
    }
}
