import ModelCore

/// Reads the words of a TOML document, which is UTF-8, from its beginning to its end.
struct TOMLScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Takes a character that has to be here, behind blanks.
    mutating func expect(_ character: Unicode.Scalar) throws(FormatError) {
        // The second of two brackets stands beside the first.
        if character != "]" { skipBlanks() }
        guard take(character) else { throw malformed("\(character) is missing") }
    }

    /// Takes a character, if it is here.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard byte(at: position) == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Skips spaces and tabs.
    mutating func skipBlanks() {
        while let byte = byte(at: position), byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
    }

    /// Skips blanks, comments and ends of lines; returns whether anything comes behind them.
    mutating func skipLines() throws(FormatError) -> Bool {
        while true {
            skipBlanks()
            try skipComment()
            if !takeLineEnd() { return position < bytes.count }
        }
    }

    /// Skips what may stand behind a statement: a comment, and the end of the line, or of the document.
    mutating func endLine() throws(FormatError) {
        skipBlanks()
        try skipComment()
        guard takeLineEnd() || position == bytes.count else { throw malformed("something stands behind a value") }
    }

    /// Reads a key, of parts with dots between them, and the blanks behind it.
    mutating func key(atMost count: Int) throws(FormatError) -> [String] {
        var parts: [String] = []
        repeat {
            guard parts.count < count else { throw malformed("a key has too many parts") }
            skipBlanks()
            parts.append(try keyPart())
            skipBlanks()
        } while take(".")
        return parts
    }

    /// Reads the letters, digits and signs of a number, a date, or the like; a date and a time may have a blank between
    /// them.
    mutating func word() -> String {
        let start = position
        func skip() -> Int {
            var end = position
            while let byte = byte(at: end), TOMLScanner.isBare(byte) || ".:+".utf8.contains(byte) { end += 1 }
            return end
        }
        position = skip()
        if position == start + 10, bytes[start + 4] == UInt8(ascii: "-"), byte(at: position) == UInt8(ascii: " "),
            let digit = byte(at: position + 1), (48...57).contains(digit)
        {
            position += 1
            position = skip()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Reads a text between quotes; `nil` where none begins here.
    mutating func text() throws(FormatError) -> String? {
        for quote in [UInt8(ascii: "\""), UInt8(ascii: "'")] where byte(at: position) == quote {
            if byte(at: position + 1) == quote, byte(at: position + 2) == quote {
                position += 3
                _ = takeLineEnd()
                return try lines(until: quote)
            }
            position += 1
            return try line(until: quote)
        }
        return nil
    }

    /// Returns an error about what is here.
    func malformed(_ what: String) -> FormatError {
        let line = bytes[..<min(position, bytes.count)].count { $0 == UInt8(ascii: "\n") } + 1
        return FormatError("TOML", .malformed("\(what), in line \(line)"))
    }

    private func byte(at position: Int) -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private static func isBare(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "-")
    }

    /// Whether a byte may stand in a text or comment, in which control characters have no place but for the tab.
    private static func isAllowed(_ byte: UInt8) -> Bool { byte == 9 || (byte >= 0x20 && byte != 0x7F) }

    private mutating func takeLineEnd() -> Bool {
        if take("\n") { return true }
        guard byte(at: position) == UInt8(ascii: "\r"), byte(at: position + 1) == UInt8(ascii: "\n") else {
            return false
        }
        position += 2
        return true
    }

    private mutating func skipComment() throws(FormatError) {
        guard take("#") else { return }
        while let byte = byte(at: position), TOMLScanner.isAllowed(byte) { position += 1 }
        if let byte = byte(at: position), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") {
            throw malformed("a comment has a control character")
        }
    }

    private mutating func keyPart() throws(FormatError) -> String {
        if let quote = byte(at: position), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            position += 1
            return try line(until: quote)
        }
        let start = position
        while let byte = byte(at: position), TOMLScanner.isBare(byte) { position += 1 }
        guard position > start else { throw malformed("a key is missing") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Reads the rest of a text of one line.
    private mutating func line(until quote: UInt8) throws(FormatError) -> String {
        var text: [UInt8] = []
        while let byte = byte(at: position), TOMLScanner.isAllowed(byte) {
            position += 1
            if byte == quote { return String(decoding: text, as: UTF8.self) }
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                try escape(into: &text)
            } else {
                text.append(byte)
            }
        }
        throw malformed("a text does not end")
    }

    /// Reads the rest of a text of several lines; up to two quotes may stand before those that end it.
    private mutating func lines(until quote: UInt8) throws(FormatError) -> String {
        var text: [UInt8] = []
        while let byte = byte(at: position) {
            if byte == quote {
                var end = position
                while end < position + 5, self.byte(at: end) == quote { end += 1 }
                let count = end - position
                text += Array(repeating: quote, count: count < 3 ? count : count - 3)
                position = end
                if count >= 3 { return String(decoding: text, as: UTF8.self) }
            } else if takeLineEnd() {
                text.append(UInt8(ascii: "\n"))
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                position += 1
                if !skipJoint() { try escape(into: &text) }
            } else if TOMLScanner.isAllowed(byte) {
                text.append(byte)
                position += 1
            } else {
                throw malformed("a text has a control character")
            }
        }
        throw malformed("a text does not end")
    }

    /// Skips everything blank behind a backslash that is the last of its line; `false` where it is not.
    private mutating func skipJoint() -> Bool {
        let start = position
        skipBlanks()
        guard takeLineEnd() else {
            position = start
            return false
        }
        repeat { skipBlanks() } while takeLineEnd()
        return true
    }

    /// Reads what stands behind a backslash.
    private mutating func escape(into text: inout [UInt8]) throws(FormatError) {
        guard let byte = byte(at: position) else { throw malformed("a text does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(byte)
        case UInt8(ascii: "u"): try character(digits: 4, into: &text)
        case UInt8(ascii: "U"): try character(digits: 8, into: &text)
        default: throw malformed("a text has an escape that there is not")
        }
    }

    private mutating func character(digits count: Int, into text: inout [UInt8]) throws(FormatError) {
        var number: UInt32 = 0
        for _ in 0..<count {
            guard let byte = byte(at: position), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw malformed("the number of a character has \(count) hexadecimal digits")
            }
            number = number << 4 | UInt32(digit)
            position += 1
        }
        guard let scalar = Unicode.Scalar(number) else { throw malformed("there is no such character") }
        text += Array(String(Character(scalar)).utf8)
    }
}
