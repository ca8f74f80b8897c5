import Codec
package import ModelCore
import SystemIO
package import SystemPackage

/// An index or object index, mapped or in memory, searched in place.
package struct IndexFile: Sendable {
    /// Where the file is.
    package let path: FilePath
    /// Whether the file lists whole packs or one object's closure.
    package let kind: IndexContents.Kind
    /// The number of packs that frames lie in.
    package let packCount: Int
    /// The number of copies of frames listed.
    package let frameCount: Int
    /// The number of object entries.
    package let objectCount: Int

    private let content: Content
    private let baseCount: Int
    private let fanOutOffset: Int
    private let framesOffset: Int
    private let basesOffset: Int
    private let objectsOffset: Int

    /// Where the bytes are.
    private enum Content: Sendable {
        case mapped(MappedFile)
        case memory(BufferPool.Buffer)

        var bytes: UnsafeRawBufferPointer {
            switch self {
            case .mapped(let file): file.bytes
            case .memory(let buffer): UnsafeRawBufferPointer(buffer.bytes)
            }
        }
    }

    /// Maps the file and checks its header and sizes, whatever it lists; `verify()` checks the rest.
    package init(_ path: FilePath) throws(StoreError) {
        let mapping: MappedFile
        do { mapping = try MappedFile(path) } catch { throw .io(error) }
        try self.init(.mapped(mapping), path: path)
    }

    /// Copies an index that came from elsewhere and checks its header and sizes; `path` is what errors name.
    package init(_ bytes: [UInt8], path: FilePath) throws(StoreError) {
        let buffer = BufferPool(bufferSize: bytes.count, count: 1).acquire()
        bytes.withUnsafeBytes { buffer.bytes.copyMemory(from: $0) }
        try self.init(.memory(buffer), path: path)
    }

    private init(_ content: Content, path: FilePath) throws(StoreError) {
        self.path = path
        self.content = content
        do throws(FormatError) {
            let bytes = content.bytes
            var reader = ByteReader(bytes, format: "index")
            kind = try IndexFile.header(from: &reader, of: bytes)
            packCount = Int(try reader.integer(UInt32.self))
            frameCount = Int(try reader.integer(UInt32.self))
            baseCount = Int(try reader.integer(UInt32.self))
            objectCount = Int(try reader.integer(UInt32.self))
            fanOutOffset = IndexContents.headerByteCount + packCount * IndexContents.Pack.byteCount
            framesOffset = fanOutOffset + 256 * 4
            basesOffset = framesOffset + frameCount * FrameEntry.byteCount
            objectsOffset = basesOffset + baseCount * Digest.byteCount
            let end = objectsOffset + objectCount * ObjectEntry.byteCount + IndexContents.trailerByteCount
            guard end == bytes.count else { throw reader.malformed("its size is not what its header says") }
            _ = try reader.slice(16)
            try reader.reserved(108)
        } catch {
            if case .newer(let what) = error.problem { throw .needsNewerVersion(path, what) }
            throw .damaged(path, error)
        }
    }

    private static func header(
        from reader: inout ByteReader,
        of bytes: UnsafeRawBufferPointer
    ) throws(FormatError) -> IndexContents.Kind {
        try reader.expect(IndexContents.magic)
        guard bytes.count >= IndexContents.headerByteCount else { throw FormatError("index", .truncated) }
        let checksum = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 156, as: UInt32.self))
        guard CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[0..<156])) == checksum else {
            throw reader.malformed("the checksum of its header is wrong")
        }
        let version = try reader.integer(UInt32.self)
        guard version == 1 else { throw FormatError("index", .newer("version \(version)")) }
        let kind = try reader.integer(UInt8.self)
        guard let kind = IndexContents.Kind(rawValue: kind) else { throw FormatError("index", .newer("kind \(kind)")) }
        try reader.reserved(3)
        return kind
    }

    /// The size of the file in bytes.
    package var byteCount: Int { content.bytes.count }

    /// The packs that frames lie in; all are read, which takes its time where there are many.
    package var packs: [IndexContents.Pack] { (0..<packCount).compactMap { pack(at: $0) } }

    /// Returns what is known of a pack that frames lie in.
    package func pack(_ id: Digest) -> IndexContents.Pack? {
        var low = 0
        var high = packCount
        while low < high {
            let middle = (low + high) / 2
            if digest(at: packOffset(middle)) < id { low = middle + 1 } else { high = middle }
        }
        guard low < packCount, digest(at: packOffset(low)) == id else { return nil }
        return pack(at: low)
    }

    private func packOffset(_ position: Int) -> Int {
        IndexContents.headerByteCount + position * IndexContents.Pack.byteCount
    }

    /// Returns pack number `position`; `nil` where this version does not know its kind, which `verify` tells.
    private func pack(at position: Int) -> IndexContents.Pack? {
        let bytes = slice(packOffset(position), IndexContents.Pack.byteCount)
        guard let kind = PackKind(rawValue: bytes[36]) else { return nil }
        let size = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 32, as: UInt32.self))
        return IndexContents.Pack(id: Digest(loading: bytes), size: size, kind: kind)
    }

    private func verifyPacks() throws(FormatError) {
        var last: Digest?
        for position in 0..<packCount {
            var reader = ByteReader(slice(packOffset(position), IndexContents.Pack.byteCount), format: "index")
            let id = try reader.digest()
            if let last, last >= id { throw reader.malformed("its packs are not in order") }
            last = id
            _ = try reader.integer(UInt32.self)
            let kind = try reader.integer(UInt8.self)
            guard PackKind(rawValue: kind) != nil else { throw FormatError("index", .newer("pack kind \(kind)")) }
            try reader.reserved(3)
        }
    }

    /// Checks the checksum over the whole file, the packs, and that every reserved field is zero.
    package func verify() throws(StoreError) {
        let bytes = content.bytes
        let end = bytes.count - IndexContents.trailerByteCount
        let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self))
        do throws(FormatError) {
            guard CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[0..<end])) == stored else {
                throw FormatError("index", .malformed("its checksum is wrong"))
            }
            var trailer = ByteReader(slice(end + 4, IndexContents.trailerByteCount - 4), format: "index")
            try trailer.reserved(4)
            try trailer.expect(IndexContents.endMagic)
            try verifyPacks()
            for position in 0..<objectCount {
                let end = objectsOffset + (position + 1) * ObjectEntry.byteCount
                var reserved = ByteReader(slice(end - 7, 7), format: "index")
                try reserved.reserved(7)
            }
        } catch {
            if case .newer(let what) = error.problem { throw .needsNewerVersion(path, what) }
            throw .damaged(path, error)
        }
    }

    /// Returns the name that the file's bytes give it.
    package func computedID() -> Digest { SHA256.digest(of: content.bytes) }

    /// Returns copy number `position` in the order of the file.
    ///
    /// `nil` where it names a pack or base that is not listed, or bytes or a depth that cannot be a frame's: nothing is
    /// read or allocated on the word of an entry that contradicts itself.
    package func frame(at position: Int) -> FrameLocation? {
        let entry = FrameEntry(loading: slice(framesOffset + position * FrameEntry.byteCount, FrameEntry.byteCount))
        guard Int(entry.pack) < packCount, let pack = pack(at: Int(entry.pack)), Int(entry.base) <= baseCount,
            (1...UInt32(FrameReference.maximumByteCount)).contains(entry.rawLength),
            entry.storedLength <= entry.rawLength, Int(entry.offset) >= PackFormat.headerByteCount,
            Int(entry.offset) + entry.recordLength <= Int(pack.size),
            FrameRecord.isDepth(entry.depth, ofDifference: entry.base != 0)
        else { return nil }
        let base = entry.base == 0 ? nil : digest(at: basesOffset + (Int(entry.base) - 1) * Digest.byteCount)
        return FrameLocation(entry: entry, pack: pack.id, base: base)
    }

    /// Returns every listed copy of a frame.
    package func copies(of frame: Digest) -> [FrameLocation] {
        var low = frame.firstByte == 0 ? 0 : fanOut(Int(frame.firstByte) - 1)
        var high = fanOut(Int(frame.firstByte))
        guard low <= high, high <= frameCount else { return [] }
        let end = high
        while low < high {
            let middle = (low + high) / 2
            if digest(at: framesOffset + middle * FrameEntry.byteCount) < frame {
                low = middle + 1
            } else {
                high = middle
            }
        }
        var copies: [FrameLocation] = []
        while low < end, digest(at: framesOffset + low * FrameEntry.byteCount) == frame {
            if let copy = self.frame(at: low) { copies.append(copy) }
            low += 1
        }
        return copies
    }

    /// Returns object entry number `position` in the order of the file.
    package func object(at position: Int) -> ObjectEntry {
        ObjectEntry(loading: slice(objectsOffset + position * ObjectEntry.byteCount, ObjectEntry.byteCount))
    }

    /// Returns every entry of an object.
    package func entries(of oid: Digest) -> [ObjectEntry] {
        var low = 0
        var high = objectCount
        while low < high {
            let middle = (low + high) / 2
            if digest(at: objectsOffset + middle * ObjectEntry.byteCount) < oid {
                low = middle + 1
            } else {
                high = middle
            }
        }
        var entries: [ObjectEntry] = []
        while low < objectCount, digest(at: objectsOffset + low * ObjectEntry.byteCount) == oid {
            entries.append(object(at: low))
            low += 1
        }
        return entries
    }

    private func fanOut(_ byte: Int) -> Int {
        Int(UInt32(littleEndian: content.bytes.loadUnaligned(fromByteOffset: fanOutOffset + byte * 4, as: UInt32.self)))
    }

    private func digest(at offset: Int) -> Digest { Digest(loading: slice(offset, Digest.byteCount)) }

    private func slice(_ offset: Int, _ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: content.bytes[offset..<(offset + count)])
    }
}
