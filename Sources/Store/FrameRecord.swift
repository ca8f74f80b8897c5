package import ModelCore
package import Codec

/// The header of a frame in a pack, which tells everything about the frame without any index.
package struct FrameRecord: Hashable, Sendable {
    /// The number of bytes in the header without the base's id.
    package static let headerByteCount = 64
    /// The longest chain of bases below a frame.
    package static let maximumDepth: UInt8 = 4
    /// The flag of a frame that decodes against a base.
    package static let baseFlag: UInt8 = 1

    private static let magic = "gmfr"
    private static let format = "frame record"

    /// The SHA-256 of the frame's raw bytes.
    package let id: Digest
    /// The codec's number.
    package let codec: UInt8
    /// Bytes in an element, 0 where that has no meaning.
    package let elementWidth: UInt8
    /// The number of frames to decode before this one.
    package let depth: UInt8
    /// The number of bytes that the frame decodes to.
    package let rawLength: UInt32
    /// The number of bytes stored.
    package let storedLength: UInt32
    /// The CRC-32C of the stored bytes.
    package let storedChecksum: UInt32
    /// The frame to decode first, if any.
    package let base: Digest?

    /// The record's flags.
    package var flags: UInt8 { base == nil ? 0 : FrameRecord.baseFlag }

    /// The number of bytes before the stored ones.
    package var prefixByteCount: Int { FrameRecord.headerByteCount + (base == nil ? 0 : Digest.byteCount) }

    /// Creates the record of a frame, with the frame that it decodes against and the depth of that one's copy.
    package init(
        id: Digest,
        codec: FrameCodec,
        width: ElementWidth = .opaque,
        rawLength: Int,
        stored: UnsafeRawBufferPointer,
        base: (id: Digest, depth: UInt8)? = nil
    ) {
        self.id = id
        self.codec = codec.rawValue
        elementWidth = width.rawValue
        depth = base.map { $0.depth + 1 } ?? 0
        self.rawLength = UInt32(rawLength)
        storedLength = UInt32(stored.count)
        storedChecksum = CRC32C.checksum(stored)
        self.base = base?.id
    }

    /// Parses the header at the start of `bytes` and checks it against its own checksum.
    package init(parsing bytes: UnsafeRawBufferPointer) throws(FormatError) {
        var reader = ByteReader(bytes, format: FrameRecord.format)
        try reader.expect(FrameRecord.magic)
        let version = try reader.integer(UInt8.self)
        codec = try reader.integer(UInt8.self)
        let flags = try reader.integer(UInt8.self)
        elementWidth = try reader.integer(UInt8.self)
        depth = try reader.integer(UInt8.self)
        let reserved = try reader.slice(3)
        rawLength = try reader.integer(UInt32.self)
        storedLength = try reader.integer(UInt32.self)
        storedChecksum = try reader.integer(UInt32.self)
        id = try reader.digest()
        let headerChecksum = try reader.integer(UInt32.self)
        let tail = try reader.slice(4)
        base = flags & FrameRecord.baseFlag == 0 ? nil : try reader.digest()
        var checksum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[0..<56]))
        if base != nil {
            let id = UnsafeRawBufferPointer(rebasing: bytes[64..<96])
            checksum = CRC32C.checksum(id, continuing: checksum)
        }
        guard checksum == headerChecksum else { throw reader.malformed("its checksum is wrong") }
        // Only a header that is as it was written can say that it is newer.
        guard version == 1 else { throw FormatError(FrameRecord.format, .newer("version \(version)")) }
        guard flags & ~FrameRecord.baseFlag == 0 else { throw FormatError(FrameRecord.format, .newer("flag \(flags)")) }
        guard (Array(reserved) + Array(tail)).allSatisfy({ $0 == 0 }) else {
            throw FormatError(FrameRecord.format, .newer("a reserved field"))
        }
        try checkLengths(reader)
    }

    private func checkLengths(_ reader: ByteReader) throws(FormatError) {
        guard (1...UInt32(FrameReference.maximumByteCount)).contains(rawLength), storedLength <= rawLength else {
            throw reader.malformed("its lengths are out of range")
        }
        guard FrameRecord.isDepth(depth, ofDifference: base != nil) else {
            throw reader.malformed("its delta depth is out of range")
        }
    }

    /// Returns whether a frame can have a depth: 0 without a base, else 1 to 4.
    static func isDepth(_ depth: UInt8, ofDifference isDifference: Bool) -> Bool {
        isDifference ? (1...maximumDepth).contains(depth) : depth == 0
    }

    /// The header and the base's id, if any.
    package var encoded: [UInt8] {
        var head = ByteWriter(capacity: prefixByteCount)
        head.raw(FrameRecord.magic.utf8)
        for byte in [1, codec, flags, elementWidth, depth, 0, 0, 0] { head.integer(byte) }
        head.integer(rawLength)
        head.integer(storedLength)
        head.integer(storedChecksum)
        head.digest(id)
        var checksum = head.bytes.withUnsafeBytes { CRC32C.checksum($0) }
        if let base { checksum = base.bytes.withUnsafeBytes { CRC32C.checksum($0, continuing: checksum) } }
        head.integer(checksum)
        head.reserved(4)
        if let base { head.digest(base) }
        return head.bytes
    }
}
