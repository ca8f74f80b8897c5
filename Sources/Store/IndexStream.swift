import Codec
import ModelCore
import SystemIO
import SystemPackage

/// An index on its way to the disk, a piece at a time, with the checksum and name that its bytes give it.
struct IndexStream: ~Copyable {
    private static let blockByteCount = 1 << 20

    private let file: TemporaryFile
    private var block = ByteWriter(capacity: blockByteCount + FrameEntry.byteCount)
    private var offset: Int64 = 0
    private var checksum: UInt32 = 0
    private var hash = SHA256()

    /// Starts a file in the directory of `destination`.
    init(beside destination: FilePath) throws(StoreError) {
        do { file = try TemporaryFile(beside: destination) } catch { throw .io(error) }
    }

    /// Appends what `encode` writes.
    mutating func append(_ encode: (inout ByteWriter) -> Void) throws(StoreError) {
        encode(&block)
        if block.count >= IndexStream.blockByteCount { try flush() }
    }

    /// Appends the trailer, synchronises the file and gives it its name in the store at `root`; returns its path.
    consuming func commit(in root: FilePath) throws(StoreError) -> FilePath {
        try flush()
        block.raw(IndexContents.trailer(checksum: checksum))
        try flush()
        let path = root.appending(StoreLayout.index(exchange(&hash, with: SHA256()).finish()))
        do { try file.commit(to: path, durable: true) } catch { throw .io(error) }
        return path
    }

    private mutating func flush() throws(StoreError) {
        let result = block.bytes.withUnsafeBytes { bytes in
            checksum = CRC32C.checksum(bytes, continuing: checksum)
            hash.update(bytes)
            return Result { () throws(IOError) in try file.write(bytes, at: offset) }
        }
        do { try result.get() } catch { throw .io(error) }
        offset += Int64(block.count)
        block = ByteWriter(capacity: IndexStream.blockByteCount + FrameEntry.byteCount)
    }
}
