package import ModelCore

/// Writes values as people write YAML: in block style, texts without quotes where these make no difference.
///
/// What it writes means the same to readers of YAML 1.1, as PyYAML is one, and 1.2.
package enum YAMLWriter {
    /// Words that some reader takes for something else than a text.
    private static let words: Set<String> = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]

    /// Returns the lines of one member of a mapping, without line ends; members of inner objects are sorted by key.
    package static func member(_ key: String, _ value: JSONValue) -> [String] {
        switch value {
        case .object(let members) where !members.isEmpty: ["\(text(key)):"] + lines(of: members).map { "  " + $0 }
        case .array(let elements) where !elements.isEmpty: ["\(text(key)):"] + elements.flatMap(element)
        default: ["\(text(key)): \(inline(value))"]
        }
    }

    private static func lines(of members: [String: JSONValue]) -> [String] {
        members.sorted { $0.key < $1.key }.flatMap { member($0.key, $0.value) }
    }

    private static func element(_ value: JSONValue) -> [String] {
        let inner =
            switch value {
            case .object(let members) where !members.isEmpty: lines(of: members)
            case .array(let elements) where !elements.isEmpty: elements.flatMap(element)
            default: [inline(value)]
            }
        return inner.enumerated().map { position, line in (position == 0 ? "- " : "  ") + line }
    }

    private static func inline(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let truth): truth ? "true" : "false"
        case .number(let digits): number(digits)
        case .string(let string): text(string)
        case .array: "[]"
        case .object: "{}"
        }
    }

    /// YAML 1.1 knows no exponent without a full stop before it.
    private static func number(_ digits: String) -> String {
        guard let exponent = digits.firstIndex(where: { $0 == "e" || $0 == "E" }), !digits.contains(".") else {
            return digits
        }
        return "\(digits[..<exponent]).0\(digits[exponent...])"
    }

    /// Returns a text, between double quotes with JSON's escapes where it could be something else.
    private static func text(_ text: String) -> String {
        let bytes = text.utf8
        let isWord =
            bytes.first.map { isLetter($0) } == true
            && bytes.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || "_-./".utf8.contains($0) }
        if isWord, !words.contains(text.lowercased()) { return text }
        return String(decoding: JSONValue.string(text).line.dropLast(), as: UTF8.self)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
