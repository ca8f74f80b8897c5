package import ModelCore

/// Where a frame's record lies in a pack and how it is stored: the 56-byte entry of `docs/formats.md`.
package struct FrameEntry: Hashable, Sendable {
    /// The number of bytes in the encoding.
    package static let byteCount = 56

    /// The SHA-256 of the frame's raw bytes.
    package var id: Digest
    /// The offset of the frame's record in the pack.
    package var offset: UInt32
    /// The number of bytes that the pack holds of the frame.
    package var storedLength: UInt32
    /// The number of bytes that the frame decodes to.
    package var rawLength: UInt32
    /// The codec's number; numbers of later versions are kept as they are.
    package var codec: UInt8
    /// The record's flags.
    package var flags: UInt8
    /// Bytes in an element, 0 where that has no meaning.
    package var elementWidth: UInt8
    /// The number of frames to decode before this one.
    package var depth: UInt8
    /// The 1-based position of the base in the list of bases beside the entry; 0 for none.
    package var base: UInt32
    /// The position of the pack in the list of packs beside the entry; 0 in a table of contents.
    package var pack: UInt32

    /// The number of bytes that the record takes in its pack.
    package var recordLength: Int {
        FrameRecord.headerByteCount + (base == 0 ? 0 : Digest.byteCount) + Int(storedLength)
    }

    /// The offset of the stored bytes in the pack.
    package var payloadOffset: Int { Int(offset) + FrameRecord.headerByteCount + (base == 0 ? 0 : Digest.byteCount) }
}

extension FrameEntry {
    /// Decodes an entry from the first 56 bytes of a buffer that has as many.
    init(loading bytes: UnsafeRawBufferPointer) {
        func number(_ offset: Int) -> UInt32 {
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        self.init(
            id: Digest(loading: bytes),
            offset: number(32),
            storedLength: number(36),
            rawLength: number(40),
            codec: bytes[44],
            flags: bytes[45],
            elementWidth: bytes[46],
            depth: bytes[47],
            base: number(48),
            pack: number(52)
        )
    }

    func encode(into writer: inout ByteWriter) {
        writer.digest(id)
        writer.integer(offset)
        writer.integer(storedLength)
        writer.integer(rawLength)
        for byte in [codec, flags, elementWidth, depth] { writer.integer(byte) }
        writer.integer(base)
        writer.integer(pack)
    }
}
