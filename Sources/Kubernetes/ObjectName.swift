/// Names and values of labels, as a cluster accepts them.
package enum ObjectName {
    /// The most characters of a name that other names are made from, such as those of pods.
    private static let limit = 52
    private static let labelLimit = 63

    /// Whether a text is a DNS label: lowercase letters, digits and `-`, none of these at its ends, and a letter first,
    /// as services want.
    package static func isValid(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, isLetter(first), last != UInt8(ascii: "-") else {
            return false
        }
        return text.utf8.count <= limit
            && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    }

    /// Returns the name of a text as a DNS label; `nil` where it cannot be made one, as it is too long or begins with a
    /// digit.
    package static func label(of text: String) -> String? {
        let name = text.utf8.map { byte -> Character in
            let lower = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
            return isLetter(lower) || isDigit(lower) ? Character(UnicodeScalar(lower)) : "-"
        }
        return isValid(String(name)) ? String(name) : nil
    }

    /// Returns a text as the value of a label: what these cannot have becomes `_`, and the end is cut off.
    package static func labelValue(of text: String) -> String {
        let bytes = text.utf8.prefix(labelLimit).map { byte in
            isLetter(byte | 0x20) || isDigit(byte) || "-_.".utf8.contains(byte) ? byte : UInt8(ascii: "_")
        }
        func isMark(_ byte: UInt8) -> Bool { "-_.".utf8.contains(byte) }
        return String(decoding: bytes.drop(while: isMark).reversed().drop(while: isMark).reversed(), as: UTF8.self)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
