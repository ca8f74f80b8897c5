import Codec
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

/// Writes one pack: records in the order in which they come, then the table of contents, then the rename that makes it exist.
///
/// Not for several threads at once; an owner serialises.
package struct PackBuilder: ~Copyable {
    private let file: TemporaryFile
    private var hash = SHA256()
    private let kind: PackKind
    private var entries: [FrameEntry] = []
    private var baseIDs: [Digest?] = []
    /// The number of bytes written so far.
    package private(set) var byteCount = 0
    /// Where the bytes start that the disk was not yet asked to take.
    private var writebackStart = 0
    /// The disk works beside the processors: it is asked to take this many bytes at a time.
    private static let writebackByteCount = 4 << 20

    /// Starts a pack in `store`, which has a `packs` directory.
    package static func start(_ kind: PackKind, in store: FilePath) throws(IOError) -> PackBuilder {
        var builder = PackBuilder(
            kind: kind,
            file: try TemporaryFile(beside: store.appending("packs").appending("new"))
        )
        var generator = SystemRandomNumberGenerator()
        let nonce = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        try builder.append(PackFormat.header(kind: kind, nonce: nonce))
        return builder
    }

    private init(kind: PackKind, file: consuming TemporaryFile) {
        self.kind = kind
        self.file = file
    }

    /// The number of frames written so far.
    package var frameCount: Int { entries.count }

    /// Whether the pack has reached its target size.
    package var isFull: Bool { byteCount >= PackFormat.targetByteCount }

    /// Whether one more record of `storedLength` bytes still fits under the hard limit, its part of the table included.
    package func hasRoom(forStored storedLength: Int) -> Bool {
        let record = FrameRecord.headerByteCount + Digest.byteCount + storedLength
        let table = (entries.count + 1) * (FrameEntry.byteCount + Digest.byteCount) + PackFormat.trailerByteCount
        return byteCount + record + table <= PackFormat.maximumByteCount
    }

    /// Appends one record; `stored` has the length and checksum that the record says.
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

    /// Writes the table of contents, synchronises the file and gives it its name.
    package consuming func seal(in store: FilePath) throws(IOError) -> SealedPack {
        let contents = tableOfContents()
        try append(PackFormat.tail(of: contents, at: byteCount))
        let id = hash.finish()
        let byteCount = byteCount
        let kind = kind
        let path = store.appending(StoreLayout.pack(id))
        try Directories.create(path.removingLastComponent())
        try file.commit(to: path, durable: true)
        return SealedPack(id: id, byteCount: byteCount, kind: kind, contents: contents)
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
        try file.write(bytes, at: Int64(byteCount))
        hash.update(bytes)
        byteCount += bytes.count
        if byteCount - writebackStart >= PackBuilder.writebackByteCount {
            file.file.startWriteback(at: Int64(writebackStart), byteCount: Int64(byteCount - writebackStart))
            writebackStart = byteCount
        }
    }
}
