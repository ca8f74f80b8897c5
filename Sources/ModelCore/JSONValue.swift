/// A JSON value (RFC 8259) that is written as it was read: numbers keep their digits.
///
/// For files that other versions of git-model, and people, add keys to.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number's digits.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Creates an integer.
    package init(_ number: Int64) {
        self = .number(String(number))
    }

    /// Creates a number; one that JSON has no digits for becomes a text, as MLflow writes it: `NaN`, `Infinity`,
    /// `-Infinity`.
    package init(real number: Double) {
        if number.isFinite {
            self = .number("\(number)")
        } else {
            self = .string(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
        }
    }

    /// Reads one document of UTF-8; throws `malformed` with the position, also for a key that occurs twice.
    ///
    /// With `allowsNonFinite`, `NaN`, `Infinity` and `-Infinity` may stand for numbers, as Python's `json` writes them:
    /// they are their own digits here, which are no JSON.
    package init(parsing bytes: [UInt8], allowsNonFinite: Bool = false) throws(FormatError) {
        var parser = JSONParser(bytes, allowsNonFinite: allowsNonFinite)
        self = try parser.document()
    }

    /// The document as machine-written files have it: keys sorted by bytes, indented by two, one trailing line feed.
    package var encoded: [UInt8] {
        var compact: [UInt8] = []
        write(to: &compact)
        return JSONText.indented(compact)
    }

    /// The document in one line, keys sorted by bytes, ended by a line feed.
    package var line: [UInt8] {
        var compact: [UInt8] = []
        write(to: &compact)
        return compact + [UInt8(ascii: "\n")]
    }

    /// The string; `nil` for another kind of value.
    package var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The elements; `nil` for another kind of value.
    package var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    /// The members; `nil` for another kind of value.
    package var object: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }
    /// The truth value; `nil` for another kind of value.
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The integer; `nil` for another kind of value and for a number with a fraction or exponent.
    package var integer: Int64? { if case .number(let digits) = self { Int64(digits) } else { nil } }
    /// The number, as near as binary64 comes; `nil` for another kind of value.
    package var double: Double? { if case .number(let digits) = self { Double(digits) } else { nil } }

    private func write(to text: inout [UInt8]) {
        switch self {
        case .null: text += "null".utf8
        case .bool(let value): text += (value ? "true" : "false").utf8
        case .number(let digits): text += digits.utf8
        case .string(let string): JSONValue.write(string, to: &text)
        case .array(let elements):
            text.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { text.append(UInt8(ascii: ",")) }
                element.write(to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let members):
            text.append(UInt8(ascii: "{"))
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            for (position, member) in sorted.enumerated() {
                if position > 0 { text.append(UInt8(ascii: ",")) }
                JSONValue.write(member.key, to: &text)
                text.append(UInt8(ascii: ":"))
                member.value.write(to: &text)
            }
            text.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ string: String, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): text += "\\n".utf8
            case UInt8(ascii: "\r"): text += "\\r".utf8
            case UInt8(ascii: "\t"): text += "\\t".utf8
            case ..<0x20: text += "\\u00\(Hexadecimal.string([byte]))".utf8
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}

extension JSONValue: ExpressibleByStringLiteral {
    /// Creates a string.
    package init(stringLiteral value: String) {
        self = .string(value)
    }
}
