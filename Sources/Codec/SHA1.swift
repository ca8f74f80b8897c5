import COpenSSL
import ModelCore

/// SHA-1 (FIPS 180-4), for names that other programs make with it; it protects nothing.
package enum SHA1 {
    private static let byteCount = 20

    /// Returns the digest as 40 hexadecimal digits.
    package static func hex(of bytes: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: byteCount)
        let status = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha1(), nil)
        precondition(status == 1, "OpenSSL's default provider always has SHA-1")
        return Hexadecimal.string(digest)
    }
}
