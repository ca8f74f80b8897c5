import Codec
import ModelCore
import SystemIO

/// The names of packs that are written, from the files themselves: two are computed at the price of one.
enum PackDigest {
    /// How much of a pack is read at a time, in bytes: little enough to stay in a processor's own cache.
    private static let stepByteCount = 256 << 10

    /// Returns the digest of a file that nobody writes to any more.
    static func of(_ file: borrowing OpenFile) throws(IOError) -> Digest {
        let buffer = BufferPool(bufferSize: stepByteCount, count: 1).acquire()
        var hash = SHA256()
        var offset = 0
        while true {
            let bytes = try file.next(at: offset, in: buffer)
            if bytes.isEmpty { break }
            hash.update(bytes)
            offset += bytes.count
        }
        extendLifetime(buffer)
        return hash.finish()
    }

    /// Returns the digests of two files that nobody writes to any more.
    static func of(_ first: borrowing OpenFile, _ second: borrowing OpenFile) throws(IOError) -> (Digest, Digest) {
        let buffers = BufferPool(bufferSize: stepByteCount, count: 2)
        let (one, other) = (buffers.acquire(), buffers.acquire())
        var hash = PairedSHA256()
        var offset = 0
        while true {
            let (head, otherHead) = (try first.next(at: offset, in: one), try second.next(at: offset, in: other))
            if head.isEmpty && otherHead.isEmpty { break }
            hash.update(head, otherHead)
            offset += stepByteCount
        }
        extendLifetime((one, other))
        return hash.finish()
    }
}

extension OpenFile {
    /// Reads what a buffer holds from an offset, less at the file's end.
    fileprivate borrowing func next(
        at offset: Int,
        in buffer: BufferPool.Buffer
    ) throws(IOError) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: buffer.bytes[..<(try read(into: buffer.bytes, at: Int64(offset)))])
    }
}
