import Codec
import ModelCore
import SystemIO
import SystemPackage

/// The names of packs that are written, from the files themselves: two are computed at the price of one.
enum PackDigest {
    /// How much of a pack is read at a time, in bytes: little enough to stay in a processor's own cache.
    private static let stepByteCount = 256 << 10

    /// A file that nobody writes to any more, read from end to end.
    private struct Reading: ~Copyable {
        let byteCount: Int
        private let buffer = BufferPool(bufferSize: PackDigest.stepByteCount, count: 1).acquire()

        init(byteCount: Int) { self.byteCount = byteCount }

        /// Returns what the file has from an offset, a step at most, and nothing behind its end; a file that was cut is
        /// an error.
        func step(of file: borrowing OpenFile, at offset: Int) throws(IOError) -> UnsafeRawBufferPointer {
            let count = max(0, min(PackDigest.stepByteCount, byteCount - offset))
            let place = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<count])
            guard try file.read(into: place, at: Int64(offset)) == count else {
                throw IOError(.read, file.path, .ioError)
            }
            return UnsafeRawBufferPointer(place)
        }
    }

    /// Returns the digest of a file of that many bytes.
    static func of(_ file: borrowing OpenFile, byteCount: Int) throws(IOError) -> Digest {
        let reading = Reading(byteCount: byteCount)
        var hash = SHA256()
        for offset in stride(from: 0, to: byteCount, by: stepByteCount) {
            hash.update(try reading.step(of: file, at: offset))
        }
        extendLifetime(reading)
        return hash.finish()
    }

    /// Returns the digests of two files of that many bytes.
    static func of(
        _ first: borrowing OpenFile,
        byteCount firstCount: Int,
        _ second: borrowing OpenFile,
        byteCount secondCount: Int
    ) throws(IOError) -> (Digest, Digest) {
        let one = Reading(byteCount: firstCount)
        let other = Reading(byteCount: secondCount)
        var hash = PairedSHA256()
        for offset in stride(from: 0, to: max(firstCount, secondCount), by: stepByteCount) {
            hash.update(try one.step(of: first, at: offset), try other.step(of: second, at: offset))
        }
        extendLifetime(one)
        extendLifetime(other)
        return hash.finish()
    }
}
