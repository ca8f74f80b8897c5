/// Texts by anybody as XML and HTML have them.
enum XMLText {
    /// The longest text that stands in a title or description, in Unicode scalars.
    static let sentenceLimit = 300

    /// Returns a text so that it means itself in an element and in a quoted attribute.
    ///
    /// Control characters, which XML has no place for, and those that turn the direction of what stands beside them
    /// become U+FFFD.
    static func escaped(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            default: escaped.append(isShown(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return String(escaped)
    }

    /// Returns a text of at most so many Unicode scalars, the last an ellipsis where something is left out.
    static func shortened(_ text: String, to limit: Int) -> String {
        let scalars = text.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
            end != scalars.endIndex
        else { return text }
        return String(String.UnicodeScalarView(scalars.prefix(limit - 1))) + "…"
    }

    /// Returns the room that a text needs at a font's size, estimated, for nothing here can measure fonts.
    static func width(of text: String, size: Double) -> Double {
        text.unicodeScalars.reduce(0.0) { $0 + ($1.value < 0x1100 ? 0.58 : 1) } * size
    }

    /// Source: https://www.w3.org/TR/xml/#charsets, without the controls that it discourages.
    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: true
        case ..<0x20, 0x7F...0x9F, 0xFFFE...0xFFFF: false
        case 0x202A...0x202E, 0x2066...0x2069: false
        default: true
        }
    }
}
