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

    /// Reads the file once.
    init(of source: FilePath, pool: WorkerPool, for remote: String) async throws(RemoteError) {
        do {
            (byteCount, digest, checksum) = try await pool.run {
                let file = try OpenFile(reading: source)
                let size = try file.status().size
                let capacity = max(1, min(Int(size), LocalContent.blockByteCount))
                let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 64)
                defer { buffer.deallocate() }
                var hash = SHA256()
                var checksum: UInt32 = 0
                var offset: Int64 = 0
                while offset < size {
                    let count = try file.read(into: buffer, at: offset)
                    if count == 0 { break }
                    let block = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                    hash.update(block)
                    checksum = CRC32C.checksum(block, continuing: checksum)
                    offset += Int64(count)
                }
                return (offset, hash.finish(), checksum)
            }
        } catch let error as IOError {
            throw .io(remote, error)
        } catch {
            throw .unreachable(remote, cause: "\(error)")
        }
    }
}
