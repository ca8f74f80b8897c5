import Codec
import ModelCore

/// Compares bytes that somebody else kept with the digest that they were asked for by.
enum ContentCheck {
    /// Throws `wrongDigest` where they are others.
    static func require(_ bytes: [UInt8], _ digest: Digest, what: String, at place: String) throws(OCIError) {
        let found = SHA256.digest(of: bytes)
        guard found == digest else {
            throw .wrongDigest(place: place, what: what, expected: digest, found: "\(found)")
        }
    }
}
