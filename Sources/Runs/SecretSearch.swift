/// Looks for what looks like the secret of a known service, a login, or a private key in the bytes of files, and for
/// what has a secret's name there.
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

    /// Whether bytes, which are taken for UTF-8, have something of the kind.
    package static func findsSecret(in bytes: ArraySlice<UInt8>) -> Bool {
        hasSecretWord(bytes) || AssignedSecrets.findsSecret(in: bytes)
    }

    /// Whether bytes have such a word; words stand between white space.
    private static func hasSecretWord(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        var before = bytes[..<bytes.startIndex]
        while let start = rest.firstIndex(where: { !isSpace($0) }) {
            let end = rest[start...].firstIndex(where: isSpace) ?? rest.endIndex
            // Most words have nothing of it, and bytes tell that faster than characters do.
            if end - start >= shortestWord, mayBeSecret(rest[start..<end]),
                Redaction.findsSecret(in: String(decoding: rest[start..<end], as: UTF8.self))
            {
                return true
            }
            if isLogin(rest[start..<end], behind: before) || beginsKey(rest[start...], behind: before) { return true }
            before = rest[start..<end]
            rest = rest[end...]
        }
        return false
    }

    /// Whether a word is what a header says behind the name of a scheme, as `Bearer` is one.
    private static func isLogin(_ word: ArraySlice<UInt8>, behind before: ArraySlice<UInt8>) -> Bool {
        Redaction.schemes.contains { scheme in
            before.suffix(scheme.utf8.count).elementsEqual(scheme.utf8)
                && Redaction.findsSecret(in: "\(scheme) " + String(decoding: word, as: UTF8.self))
        }
    }

    /// Whether bytes are the rest of a line with which a private key begins in PEM, `-----BEGIN PRIVATE KEY-----`, in a
    /// file of its own or in a text of JSON.
    ///
    /// Code that only looks for such lines has a quote there.
    private static func beginsKey(_ bytes: ArraySlice<UInt8>, behind before: ArraySlice<UInt8>) -> Bool {
        guard before.elementsEqual("PRIVATE".utf8) else { return false }
        let ends = ["KEY-----", "KEY BLOCK-----"].first { bytes.starts(with: $0.utf8) }
        guard let end = ends, let next = bytes.dropFirst(end.utf8.count).first else { return ends != nil }
        return next == 0x0A || next == 0x0D || next == UInt8(ascii: "\\") || isAlphanumeric(next)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }

    private static func mayBeSecret(_ word: ArraySlice<UInt8>) -> Bool {
        word.indices.contains { index in
            marks[Int(word[index])].contains { word[index...].starts(with: $0) }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
