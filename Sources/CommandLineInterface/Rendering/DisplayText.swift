/// Text from outside made fit for a terminal: names and messages may hold anything, escape sequences too.
enum DisplayText {
    /// Returns a path or other name as it is, or in double quotes with C escapes where it holds control characters, a
    /// quote or a backslash, as Git prints paths with `core.quotePath` off.
    static func quoted(_ name: String) -> String {
        guard name.unicodeScalars.contains(where: { isControl($0) || $0 == "\"" || $0 == "\\" }) else { return name }
        var result = "\""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\"", "\\": result += "\\\(scalar)"
            case _ where isControl(scalar): result += scalar.utf8.map { "\\" + octal($0) }.joined()
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Returns a message with its control characters, all but newlines and tabs, replaced by `?`.
    static func sanitized(_ message: String) -> String {
        guard message.unicodeScalars.contains(where: { isControl($0) && $0 != "\n" && $0 != "\t" }) else {
            return message
        }
        var result = String.UnicodeScalarView()
        for scalar in message.unicodeScalars {
            result.append(isControl(scalar) && scalar != "\n" && scalar != "\t" ? "?" : scalar)
        }
        return String(result)
    }

    /// Returns a text with its line feeds as blanks.
    static func oneLine(_ text: String) -> String {
        text.contains(where: \.isNewline) ? String(text.map { $0.isNewline ? " " : $0 }) : text
    }

    /// Returns the number of terminal cells that the text takes; colour sequences take none.
    static func width(of text: String) -> Int {
        var cells = 0
        var inSequence = false
        for character in text {
            guard let scalar = character.unicodeScalars.first else { continue }
            if inSequence {
                inSequence = scalar != "m"
            } else if scalar == "\u{1B}" {
                inSequence = true
            } else {
                cells += isWide(scalar) ? 2 : 1
            }
        }
        return cells
    }

    /// Returns the text cut to a number of cells; what is cut away at the front becomes an ellipsis, as the end of a
    /// path says more than its beginning.
    static func tail(of text: String, cells: Int) -> String {
        guard width(of: text) > cells else { return text }
        guard cells > 1 else { return "" }
        var kept: [Character] = []
        var used = 1
        for character in text.reversed() {
            let needed = width(of: String(character))
            if used + needed > cells { break }
            used += needed
            kept.append(character)
        }
        return "…" + String(kept.reversed())
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        // C0, DEL, C1, and what overrides the direction of the text around it.
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
            || (0x2066...0x2069).contains(scalar.value)
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }

    private static func octal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 8)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }
}
