import COpenSSL
import ModelCore

/// MD5 (RFC 1321) of bytes that arrive in pieces, for names that other programs make with it and for services that
/// check by it what arrives; it protects from nobody.
///
/// One thread at a time may use a value.
package struct MD5: ~Copyable {
    private static let byteCount = 16

    private let context: OpaquePointer

    /// Creates the state of no bytes; `nil` where OpenSSL is told to do without MD5, as by a FIPS provider.
    package init?() {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("no memory for an MD5 state") }
        self.context = context
        guard EVP_DigestInit_ex(context, EVP_md5(), nil) == 1 else { return nil }
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Adds bytes at the end.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let status = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(status == 1, "MD5 with a live state does not fail")
    }

    /// Returns the digest of everything added as 32 hexadecimal digits.
    package consuming func finish() -> String { Hexadecimal.string(finishedBytes()) }

    /// Returns the 16 bytes of the digest of everything added.
    package consuming func finishedBytes() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: MD5.byteCount)
        let status = EVP_DigestFinal_ex(context, &digest, nil)
        precondition(status == 1, "MD5 with a live state does not fail")
        return digest
    }
}
