/// Looks for what looks like the secret of a known service, or a URL with a login, in the bytes of files.
package enum SecretSearch {
    /// Shorter words are no secrets.
    private static let shortestWord = 16

    /// What a word with a secret has somewhere, by its first byte.
    private static let marks: [[[UInt8]]] = {
        var marks = [[[UInt8]]](repeating: [], count: 256)
        for text in Redaction.beginnings + ["://"] {
            let bytes = Array(text.utf8)
            marks[Int(bytes[0])].append(bytes)
        }
        return marks
    }()

    /// Whether bytes, which are taken for UTF-8, have such a word; words stand between white space.
    package static func findsSecret(in bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while let start = rest.firstIndex(where: { !isSpace($0) }) {
            let end = rest[start...].firstIndex(where: isSpace) ?? rest.endIndex
            // Most words have nothing of it, and bytes tell that faster than characters do.
            if end - start >= shortestWord, mayBeSecret(rest[start..<end]),
                Redaction.findsSecret(in: String(decoding: rest[start..<end], as: UTF8.self))
            {
                return true
            }
            rest = rest[end...]
        }
        return false
    }

    private static func mayBeSecret(_ word: ArraySlice<UInt8>) -> Bool {
        word.indices.contains { index in
            marks[Int(word[index])].contains { word[index...].starts(with: $0) }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
