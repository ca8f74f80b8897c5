import COpenSSL

/// Signatures by RSA with PKCS #1 v1.5 padding and SHA-256 (RFC 8017, section 8.2), by OpenSSL: `RS256` of JSON Web
/// Tokens.
package enum RSASignature {
    /// Returns the signature of a message by a private key in PEM; `nil` where that is no RSA key without a passphrase.
    package static func signature(of message: [UInt8], key: String) -> [UInt8]? {
        guard let key = privateKey(inPEM: Array(key.utf8)) else { return nil }
        defer { EVP_PKEY_free(key) }
        guard EVP_PKEY_is_a(key, "RSA") == 1, let signing = EVP_MD_CTX_new() else { return nil }
        defer { EVP_MD_CTX_free(signing) }
        guard EVP_DigestSignInit_ex(signing, nil, "SHA256", nil, nil, key, nil) == 1 else { return nil }
        var count = 0
        guard EVP_DigestSign(signing, nil, &count, message, message.count) == 1 else { return nil }
        var signature = [UInt8](repeating: 0, count: count)
        guard EVP_DigestSign(signing, &signature, &count, message, message.count) == 1 else { return nil }
        return Array(signature.prefix(count))
    }

    private static func privateKey(inPEM text: [UInt8]) -> OpaquePointer? {
        text.withUnsafeBytes { bytes in
            // SAFETY: OpenSSL reads these bytes in place, and is done with them when the key is parsed.
            guard let memory = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
            defer { BIO_free(memory) }
            // A key with a passphrase gets none: asking would read the terminal.
            return PEM_read_bio_PrivateKey(memory, nil, { _, _, _, _ in -1 }, nil)
        }
    }
}
