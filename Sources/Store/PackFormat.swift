import Codec
package import ModelCore

/// The fixed parts of a pack file: header, table of contents and trailer.
package enum PackFormat {
    /// The number of bytes in the header.
    package static let headerByteCount = 32
    /// The number of bytes in the trailer.
    package static let trailerByteCount = 32
    /// A pack is closed once it holds this many bytes, 64 MiB.
    package static let targetByteCount = 64 << 20
    /// No pack is larger than this, 72 MiB, which passes every proxy's body limit.
    package static let maximumByteCount = 72 << 20

    private static let magic = "gmpack\r\n"
    private static let endMagic = "gmpkend\n"
    private static let format = "pack"

    /// Returns the header of a new pack; `nonce` is 16 random bytes.
    static func header(kind: PackKind, nonce: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(capacity: headerByteCount)
        writer.raw(magic.utf8)
        writer.integer(UInt32(1))
        writer.integer(kind.rawValue)
        writer.reserved(3)
        writer.raw(nonce)
        return writer.bytes
    }

    /// Parses a header and returns the pack's kind.
    package static func kind(parsingHeader bytes: UnsafeRawBufferPointer) throws(FormatError) -> PackKind {
        var reader = ByteReader(bytes, format: format)
        try reader.expect(magic)
        let version = try reader.integer(UInt32.self)
        guard version == 1 else { throw FormatError(format, .newer("version \(version)")) }
        let kind = try reader.integer(UInt8.self)
        guard let kind = PackKind(rawValue: kind) else { throw FormatError(format, .newer("kind \(kind)")) }
        try reader.reserved(3)
        return kind
    }

    /// Returns the table of contents and the trailer of a pack whose records end at `end`.
    static func tail(of contents: PackContents, at end: Int) -> [UInt8] {
        var table = ByteWriter(capacity: contents.entries.count * FrameEntry.byteCount + trailerByteCount)
        for entry in contents.entries { entry.encode(into: &table) }
        for base in contents.bases { table.digest(base) }
        let checksum = table.bytes.withUnsafeBytes { CRC32C.checksum($0) }
        table.integer(UInt32(end))
        table.integer(UInt32(contents.entries.count))
        table.integer(UInt32(contents.bases.count))
        table.integer(checksum)
        table.reserved(8)
        table.raw(endMagic.utf8)
        return table.bytes
    }

    /// What a trailer says of the table of contents before it.
    package struct Trailer: Hashable, Sendable {
        /// Where the table of contents starts in the pack.
        package let tableOffset: Int
        let entryCount: Int
        let baseCount: Int
        let checksum: UInt32

        /// The number of bytes in the table of contents.
        package var tableByteCount: Int { entryCount * FrameEntry.byteCount + baseCount * Digest.byteCount }

        /// Parses the last 32 bytes of a pack of `packByteCount` bytes.
        package init(parsing bytes: UnsafeRawBufferPointer, packByteCount: Int) throws(FormatError) {
            var reader = ByteReader(bytes, format: PackFormat.format)
            tableOffset = Int(try reader.integer(UInt32.self))
            entryCount = Int(try reader.integer(UInt32.self))
            baseCount = Int(try reader.integer(UInt32.self))
            checksum = try reader.integer(UInt32.self)
            let reserved = try reader.slice(8)
            try reader.expect(PackFormat.endMagic)
            guard reserved.allSatisfy({ $0 == 0 }) else {
                throw FormatError(PackFormat.format, .newer("a reserved field"))
            }
            let expected = tableOffset + tableByteCount + trailerByteCount
            guard tableOffset >= headerByteCount, expected == packByteCount else {
                throw reader.malformed("its table of contents does not fit its size")
            }
        }
    }
}

/// The frames of one pack, as its table of contents lists them.
package struct PackContents: Hashable, Sendable {
    /// The frames, ascending by id, then offset.
    package var entries: [FrameEntry]
    /// The frames' bases, ascending.
    package var bases: [Digest]

    init(entries: [FrameEntry], bases: [Digest]) {
        self.entries = entries
        self.bases = bases
    }

    /// Parses a table of contents and checks that every record lies between header and table.
    package init(parsing bytes: UnsafeRawBufferPointer, trailer: PackFormat.Trailer) throws(FormatError) {
        var reader = ByteReader(bytes, format: "pack")
        guard CRC32C.checksum(bytes) == trailer.checksum else {
            throw reader.malformed("the checksum of its table of contents is wrong")
        }
        entries = []
        entries.reserveCapacity(trailer.entryCount)
        for _ in 0..<trailer.entryCount { entries.append(FrameEntry(loading: try reader.slice(FrameEntry.byteCount))) }
        bases = []
        for _ in 0..<trailer.baseCount { bases.append(try reader.digest()) }
        for entry in entries {
            let end = Int(entry.offset) + entry.recordLength
            guard Int(entry.offset) >= PackFormat.headerByteCount, end <= trailer.tableOffset,
                Int(entry.base) <= bases.count
            else { throw reader.malformed("its table of contents points outside of it") }
        }
    }

    /// Returns the base of an entry of this pack, if it has one.
    package func base(of entry: FrameEntry) -> Digest? { entry.base == 0 ? nil : bases[Int(entry.base) - 1] }

    /// Returns the frames as copies in the pack of that name.
    package func locations(in pack: Digest) -> [FrameLocation] {
        entries.map { FrameLocation(entry: $0, pack: pack, base: base(of: $0)) }
    }
}
