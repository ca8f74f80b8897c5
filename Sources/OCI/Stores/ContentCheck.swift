import Codec
import ModelCore
import SystemIO

/// Compares bytes that somebody else kept with the digest that they were asked for by.
enum ContentCheck {
    /// Throws `wrongDigest` where they are others.
    static func require(_ bytes: [UInt8], _ digest: Digest, what: String, at place: String) throws(OCIError) {
        let found = SHA256.digest(of: bytes)
        guard found == digest else {
            throw .wrongDigest(place: place, what: what, expected: digest, found: "\(found)")
        }
    }

    /// The same for content of any size, which is read on a thread that may block.
    static func require(
        _ content: BlobContent,
        _ digest: Digest,
        at place: String,
        _ pool: WorkerPool
    ) async throws(OCIError) {
        let found: Digest
        do { found = try await pool.run { try content.digest() } } catch { throw OCIError(error, at: place) }
        guard found == digest else {
            throw .wrongDigest(place: place, what: "content", expected: digest, found: "\(found)")
        }
    }
}
