/// A path as one word of a line of text.
///
/// A path with a space, `"`, `\`, or a byte below 0x20 or 0x7F, and the empty path, stands between double quotes, in
/// which `"` and `\` follow a backslash, line feed and tab are `\n` and `\t`, and other such bytes are three octal
/// digits after a backslash. Any other path stands for itself. So each path has one spelling, a subset of what Git
/// prints for `core.quotePath=false` but for the space.
package enum QuotedPath {
    /// Returns the word for a path.
    package static func encode(_ path: String) -> String {
        guard path.utf8.isEmpty || path.utf8.contains(where: needsQuotes) else { return path }
        var word: [UInt8] = [UInt8(ascii: "\"")]
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "\n"): word += "\\n".utf8
            case UInt8(ascii: "\t"): word += "\\t".utf8
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): word += [UInt8(ascii: "\\"), byte]
            case ..<0x20, 0x7F: word += [UInt8(ascii: "\\")] + [byte >> 6, byte >> 3 & 7, byte & 7].map { $0 + 0x30 }
            default: word.append(byte)
            }
        }
        word.append(UInt8(ascii: "\""))
        return String(decoding: word, as: UTF8.self)
    }

    /// Returns the path of a word; `nil` for text that `encode` never returns.
    package static func decode(_ word: some StringProtocol) -> String? {
        let bytes = Array(word.utf8)
        guard bytes.first == UInt8(ascii: "\"") else {
            return bytes.isEmpty || bytes.contains(where: needsQuotes) ? nil : String(word)
        }
        guard bytes.count >= 2, let path = unquoted(bytes[1..<(bytes.count - 1)]) else { return nil }
        // Whatever has another spelling, and whatever does not end with its quote, is none.
        return encode(path).utf8.elementsEqual(bytes) ? path : nil
    }

    private static func unquoted(_ bytes: ArraySlice<UInt8>) -> String? {
        var path: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                path.append(byte)
                continue
            }
            guard let escape = rest.popFirst() else { return nil }
            switch escape {
            case UInt8(ascii: "n"): path.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "t"): path.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "0")...UInt8(ascii: "1"):
                guard let middle = rest.popFirst(), let last = rest.popFirst() else { return nil }
                path.append((escape & 7) &<< 6 | (middle & 7) &<< 3 | last & 7)
            default: path.append(escape)
            }
        }
        return String(validating: path, as: UTF8.self)
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
}
