import Codec
import ModelCore
import SystemIO
import SystemPackage

/// The length and digests of a file of this machine that is to be uploaded.
struct LocalContent: Sendable {
    private static let blockByteCount = 4 << 20

    let byteCount: Int64
    let digest: Digest
    /// The CRC-32C of the bytes.
    let checksum: UInt32
    /// The MD5 of the bytes, where it was wanted and OpenSSL has it.
    let md5: [UInt8]?

    /// Reads the file once, and takes its MD5 with `wantsMD5`.
    init(
        of source: FilePath,
        wantsMD5: Bool = false,
        pool: WorkerPool,
        for remote: String
    ) async throws(RemoteError) {
        do {
            (byteCount, digest, checksum, md5) = try await pool.run {
                let file = try OpenFile(reading: source)
                let size = try file.status().size
                let capacity = max(1, min(Int(size), LocalContent.blockByteCount))
                let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 64)
                defer { buffer.deallocate() }
                var hash = SHA256()
                var other = wantsMD5 ? MD5() : nil
                var checksum: UInt32 = 0
                var offset: Int64 = 0
                while offset < size {
                    let count = try file.read(into: buffer, at: offset)
                    if count == 0 { break }
                    let block = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                    hash.update(block)
                    other?.update(block)
                    checksum = CRC32C.checksum(block, continuing: checksum)
                    offset += Int64(count)
                }
                return (offset, hash.finish(), checksum, other?.finishedBytes())
            }
        } catch let error as IOError {
            throw .io(remote, error)
        } catch {
            throw .unreachable(remote, cause: "\(error)")
        }
    }
}
