package import ModelCore

/// A keyed digest: HMAC (RFC 2104) with SHA-256.
package enum HMACSHA256 {
    private static let blockByteCount = 64

    /// Returns the code of a message under a key of any length.
    package static func code(of message: some Sequence<UInt8>, key: [UInt8]) -> Digest {
        var block = key.count > blockByteCount ? SHA256.digest(of: key).bytes : key
        block += [UInt8](repeating: 0, count: blockByteCount - block.count)
        let inner = SHA256.digest(of: block.map { $0 ^ 0x36 } + message)
        return SHA256.digest(of: block.map { $0 ^ 0x5c } + inner.bytes)
    }
}
