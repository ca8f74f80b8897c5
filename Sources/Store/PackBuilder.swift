package import ModelCore
package import SystemIO
package import SystemPackage

/// A pack that was written, synchronised and renamed into place, and what it holds.
package struct SealedPack: Sendable {
    /// The pack's name.
    package let id: Digest
    /// The size of the file in bytes.
    package let byteCount: Int
    /// What the frames hold.
    package let kind: PackKind
    /// The frames.
    package let contents: PackContents
}

/// A pack that was put together only to go elsewhere.
package final class ScratchPack: Sendable {
    /// The pack.
    package let pack: SealedPack
    private let file: TemporaryFile

    init(_ pack: SealedPack, file: consuming TemporaryFile) {
        self.pack = pack
        self.file = file
    }

    /// Where the file is while this object lives.
    package var path: FilePath { file.path }
}

/// Writes one pack: records in the order in which they come, then the table of contents, then the rename that makes it
/// exist.
///
/// Not for several threads at once; an owner serialises.
package struct PackBuilder: ~Copyable {
    /// Small frames are written together, this many bytes at a time.
    private static let blockByteCount = 256 << 10
    /// Writes begin and end where pages do, as far as they can.
    private static let pageByteCount = 4096

    private let file: TemporaryFile
    /// The end of the pack, where it is not written yet.
    private var block: [UInt8] = []
    private let kind: PackKind
    private var entries: [FrameEntry] = []
    private var baseIDs: [Digest?] = []
    /// The number of bytes written so far.
    package private(set) var byteCount = 0
    /// Where the bytes start that the disk was not yet asked to take.
    private var writebackStart = 0
    /// The disk works beside the processors: it is asked to take this many bytes at a time.
    private static let writebackByteCount = 4 << 20

    /// Starts a pack in a directory, with random bytes or those that a test hands over.
    package static func start(
        _ kind: PackKind,
        in directory: FilePath,
        nonce: [UInt8]? = nil
    ) throws(IOError) -> PackBuilder {
        let file = try TemporaryFile(beside: directory.appending("new"))
        var builder = PackBuilder(kind: kind, file: file)
        try builder.append(PackFormat.header(kind: kind, nonce: nonce ?? Nonce.random()))
        return builder
    }

    private init(kind: PackKind, file: consuming TemporaryFile) {
        self.kind = kind
        self.file = file
    }

    /// The number of frames written so far.
    package var frameCount: Int { entries.count }

    /// Whether one more record of `storedLength` bytes still fits under the hard limit, its part of the table included.
    package func hasRoom(forStored storedLength: Int) -> Bool {
        let record = FrameRecord.headerByteCount + Digest.byteCount + storedLength
        let table = (entries.count + 1) * (FrameEntry.byteCount + Digest.byteCount) + PackFormat.trailerByteCount
        return byteCount + record + table <= PackFormat.maximumByteCount
    }

    /// Appends one record; `stored` has the length and checksum that the record says.
    ///
    /// After an error, no pack can be made of this any more.
    package mutating func append(_ record: FrameRecord, stored: UnsafeRawBufferPointer) throws(IOError) {
        let offset = UInt32(byteCount)
        try append(record.encoded)
        try append(stored)
        entries.append(
            FrameEntry(
                id: record.id,
                offset: offset,
                storedLength: record.storedLength,
                rawLength: record.rawLength,
                codec: record.codec,
                flags: record.flags,
                elementWidth: record.elementWidth,
                depth: record.depth,
                base: 0,
                pack: 0
            )
        )
        baseIDs.append(record.base)
    }

    /// Writes the table of contents, synchronises the file and gives it its name in `store`.
    package consuming func seal(in store: FilePath) throws(IOError) -> SealedPack {
        let contents = try writeContents()
        return try commit(named: PackDigest.of(file.file, byteCount: byteCount), contents, in: store)
    }

    /// Seals two packs, in this order, whose names cost no more than one's.
    static func seal(
        _ first: consuming PackBuilder,
        _ second: consuming PackBuilder,
        in store: FilePath
    ) throws(IOError) -> [SealedPack] {
        let contents = (try first.writeContents(), try second.writeContents())
        let names = try PackDigest.of(
            first.file.file,
            byteCount: first.byteCount,
            second.file.file,
            byteCount: second.byteCount
        )
        return [
            try first.commit(named: names.0, contents.0, in: store),
            try second.commit(named: names.1, contents.1, in: store),
        ]
    }

    private consuming func commit(
        named id: Digest,
        _ contents: PackContents,
        in store: FilePath
    ) throws(IOError) -> SealedPack {
        let pack = SealedPack(id: id, byteCount: byteCount, kind: kind, contents: contents)
        let path = store.appending(StoreLayout.pack(pack.id))
        let directory = path.removingLastComponent()
        try Directories.create(directory)
        try file.commit(to: path, durable: true)
        // Another process may have made the directory a moment ago and not have come to this yet.
        try DurableFile.synchronizeDirectory(directory.removingLastComponent())
        return pack
    }

    /// Writes the table of contents and returns the pack as a file without a name, which goes with the value.
    package consuming func scratch() throws(IOError) -> ScratchPack {
        let contents = try writeContents()
        let id = try PackDigest.of(file.file, byteCount: byteCount)
        return ScratchPack(SealedPack(id: id, byteCount: byteCount, kind: kind, contents: contents), file: file)
    }

    private mutating func writeContents() throws(IOError) -> PackContents {
        let contents = tableOfContents()
        try append(PackFormat.tail(of: contents, at: byteCount))
        try flush(before: byteCount)
        return contents
    }

    private func tableOfContents() -> PackContents {
        let bases = Array(Set(baseIDs.compactMap { $0 })).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: zip(bases, UInt32(1)...))
        var entries = entries
        for (position, base) in baseIDs.enumerated() {
            if let base, let number = numbers[base] { entries[position].base = number }
        }
        entries.sort { ($0.id, $0.offset) < ($1.id, $1.offset) }
        return PackContents(entries: entries, bases: bases)
    }

    private mutating func append(_ bytes: [UInt8]) throws(IOError) {
        // A closure with a typed error would lose its type in `withUnsafeBytes`.
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(IOError) in try append(buffer) }
        }
        try result.get()
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) throws(IOError) {
        byteCount += bytes.count
        guard block.count + bytes.count > PackBuilder.blockByteCount else {
            block.append(contentsOf: bytes)
            return
        }
        let head = min(bytes.count, -block.count & (PackBuilder.pageByteCount - 1))
        let tail = (bytes.count - head) & (PackBuilder.pageByteCount - 1)
        let middle = UnsafeRawBufferPointer(rebasing: bytes[head..<(bytes.count - tail)])
        block.append(contentsOf: bytes[..<head])
        try flush(before: byteCount - tail - middle.count)
        try write(middle, at: byteCount - tail - middle.count)
        block.append(contentsOf: bytes[(bytes.count - tail)...])
    }

    /// Writes the block, which ends at an offset.
    private mutating func flush(before end: Int) throws(IOError) {
        let result = block.withUnsafeBytes { buffer in
            Result { () throws(IOError) in try write(buffer, at: end - buffer.count) }
        }
        try result.get()
        block.removeAll(keepingCapacity: true)
    }

    private mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(IOError) {
        try file.write(bytes, at: Int64(offset))
        let end = offset + bytes.count
        guard end - writebackStart >= PackBuilder.writebackByteCount else { return }
        file.startWriteback(at: Int64(writebackStart), byteCount: Int64(end - writebackStart))
        writebackStart = end
    }
}
