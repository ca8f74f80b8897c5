/// Reads JSON (RFC 8259) strictly: UTF-8, no duplicate keys, bounded depth.
struct JSONParser {
    /// The deepest nesting, so that hostile input cannot exhaust the stack.
    private static let depthLimit = 128

    private let bytes: [UInt8]
    /// Whether `NaN`, `Infinity` and `-Infinity` are numbers, as Python's `json` writes them.
    private let allowsNonFinite: Bool
    private var position = 0

    init(_ bytes: [UInt8], allowsNonFinite: Bool = false) {
        self.bytes = bytes
        self.allowsNonFinite = allowsNonFinite
    }

    mutating func document() throws(FormatError) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw malformed("something follows the value") }
        return value
    }

    private func malformed(_ what: String) -> FormatError {
        let line = bytes.prefix(position).reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        return FormatError("JSON", .malformed("\(what) in line \(line)"))
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func skip(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(FormatError) -> JSONValue {
        guard depth < JSONParser.depthLimit else { throw malformed("values are nested too deeply") }
        skipSpace()
        switch next {
        case nil: throw FormatError("JSON", .truncated)
        case UInt8(ascii: "{"): return .object(try members(depth: depth))
        case UInt8(ascii: "["): return .array(try elements(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N") where allowsNonFinite: return try word("NaN", .number("NaN"))
        case UInt8(ascii: "I") where allowsNonFinite: return try word("Infinity", .number("Infinity"))
        default: return .number(try number())
        }
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws(FormatError) -> JSONValue {
        guard bytes[position...].starts(with: text.utf8) else { throw malformed("a word is unknown") }
        position += text.utf8.count
        return value
    }

    private mutating func elements(depth: Int) throws(FormatError) -> [JSONValue] {
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if skip("]") { return elements }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipSpace()
        } while skip(",")
        guard skip("]") else { throw next == nil ? FormatError("JSON", .truncated) : malformed("a \"]\" is missing") }
        return elements
    }

    private mutating func members(depth: Int) throws(FormatError) -> [String: JSONValue] {
        position += 1
        var members: [String: JSONValue] = [:]
        skipSpace()
        if skip("}") { return members }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw malformed("a key is missing") }
            let key = try string()
            skipSpace()
            guard skip(":") else { throw malformed("a \":\" is missing") }
            let value = try value(depth: depth + 1)
            guard members.updateValue(value, forKey: key) == nil else {
                throw malformed("the key \(QuotedPath.encode(key)) occurs twice")
            }
            skipSpace()
        } while skip(",")
        guard skip("}") else { throw next == nil ? FormatError("JSON", .truncated) : malformed("a \"}\" is missing") }
        return members
    }

    private mutating func number() throws(FormatError) -> String {
        let start = position
        if skip("-"), allowsNonFinite, next == UInt8(ascii: "I") {
            _ = try word("Infinity", .null)
            return "-Infinity"
        }
        if !skip("0") { try digits() }
        if skip(".") { try digits() }
        if skip("e") || skip("E") {
            if !skip("+") { _ = skip("-") }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(FormatError) {
        let start = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        if position == start { throw malformed("a value is missing or no value") }
    }
}

extension JSONParser {
    private mutating func string() throws(FormatError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw malformed("a string is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text += Array(Character(try escape()).utf8)
            case ..<0x20: throw malformed("a string has a control character")
            default: text.append(byte)
            }
        }
        throw FormatError("JSON", .truncated)
    }

    private mutating func escape() throws(FormatError) -> Unicode.Scalar {
        guard let letter = next else { throw FormatError("JSON", .truncated) }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try scalar()
        default: throw malformed("an escape is unknown")
        }
    }

    /// Reads what follows `\u`, with the second half of a surrogate pair.
    private mutating func scalar() throws(FormatError) -> Unicode.Scalar {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), skip("\\"), skip("u") else { throw malformed("a surrogate is alone") }
        let second = try unit()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw malformed("a surrogate is alone") }
        return scalar
    }

    private mutating func unit() throws(FormatError) -> UInt32 {
        guard bytes.count - position >= 4 else { throw FormatError("JSON", .truncated) }
        let digits = bytes[position..<(position + 4)]
        position += 4
        guard digits.allSatisfy({ Hexadecimal.value(ofLowercaseDigit: $0 | 0x20) != nil && $0 >= 0x30 }),
            let unit = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw malformed("an escape has no four digits") }
        return unit
    }
}
