extension String {
    /// The bytes in base64 (RFC 4648, section 4).
    package var base64: String { utf8.base64 }
}

extension Collection<UInt8> {
    /// The bytes in base64 (RFC 4648, section 4).
    package var base64: String {
        var text: [UInt8] = []
        var rest = self[...]
        while !rest.isEmpty {
            let group = rest.prefix(3)
            rest = rest.dropFirst(3)
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for position in 0..<4 {
                let isFilled = position <= group.count
                text.append(isFilled ? Base64Alphabet.digits[bits >> (18 - 6 * position) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

private enum Base64Alphabet {
    static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}
