import COpenSSL
package import ModelCore

/// SHA-256 (FIPS 180-4) of bytes that arrive in pieces, by OpenSSL, which uses the processor's instructions.
///
/// One thread at a time may use a value.
package struct SHA256: ~Copyable, @unchecked Sendable {
    // SAFETY: the state behind the pointer belongs to this value alone, which cannot be copied.

    // SAFETY: fetched once, never changed and never freed; OpenSSL allows any thread to use it.
    nonisolated(unsafe) private static let algorithm: OpaquePointer = {
        guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else {
            preconditionFailure("OpenSSL's default provider always has SHA-256")
        }
        return algorithm
    }()

    private let context: OpaquePointer

    /// Creates the state of no bytes.
    package init() {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("no memory for a SHA-256 state") }
        self.context = context
        check(EVP_DigestInit_ex2(context, SHA256.algorithm, nil))
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Adds bytes at the end.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        check(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
    }

    /// Returns the digest of everything added.
    package consuming func finish() -> Digest {
        withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 8) { output in
            check(EVP_DigestFinal_ex(context, output.baseAddress, nil))
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: output.load(fromByteOffset: 8 * index, as: UInt64.self))
            }
            return Digest(words: (word(0), word(1), word(2), word(3)))
        }
    }

    /// Returns the digest of bytes that are all there.
    package static func digest(of bytes: UnsafeRawBufferPointer) -> Digest {
        var state = SHA256()
        state.update(bytes)
        return state.finish()
    }

    /// Returns the digest of bytes that are all there.
    package static func digest(of bytes: [UInt8]) -> Digest {
        bytes.withUnsafeBytes { digest(of: $0) }
    }
}

private func check(_ result: CInt) {
    precondition(result == 1, "SHA-256 with a live state does not fail")
}
