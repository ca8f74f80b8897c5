import Codec
package import ModelCore

/// Decodes single frames from their records, without any index.
package enum PackDecoding {
    /// Returns the raw bytes of a frame, checked against its name.
    ///
    /// `base` are the raw bytes of the frame that the record names as its base. A codec beyond this version is `newer`;
    /// a record that has a base where none is given, and bytes that do not decode to the name, are `malformed`.
    package static func bytes(
        of record: FrameRecord,
        stored: UnsafeRawBufferPointer,
        base: [UInt8]? = nil
    ) throws(FormatError) -> [UInt8] {
        guard let codec = FrameCodec(rawValue: record.codec), let width = ElementWidth(rawValue: record.elementWidth)
        else {
            throw FormatError("frame", .newer("codec \(record.codec)"))
        }
        guard record.base == nil || base != nil else {
            throw FormatError("frame", .malformed("frame \(record.id.abbreviated) has a base where none may be"))
        }
        var decoder = FrameDecoder()
        var isDecoded = false
        let length = Int(record.rawLength)
        let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[0..<length])
            isDecoded = (base ?? []).withUnsafeBytes { base in
                (try? decoder.decode(codec, width: width, stored, base: codec.needsBase ? base : nil, into: raw)) != nil
            }
            count = isDecoded ? length : 0
        }
        guard isDecoded, SHA256.digest(of: bytes) == record.id else {
            throw FormatError("frame", .malformed("frame \(record.id.abbreviated) does not decode to its name"))
        }
        return bytes
    }

    /// Parses a record that fills `bytes` exactly, and checks its stored bytes against their checksum.
    package static func record(
        in bytes: UnsafeRawBufferPointer
    ) throws(FormatError) -> (FrameRecord, stored: UnsafeRawBufferPointer) {
        let record = try FrameRecord(parsing: bytes)
        guard record.prefixByteCount + Int(record.storedLength) == bytes.count else {
            throw FormatError("frame record", .malformed("its length is not what the index says"))
        }
        let stored = UnsafeRawBufferPointer(rebasing: bytes[record.prefixByteCount...])
        guard CRC32C.checksum(stored) == record.storedChecksum else {
            throw FormatError("frame record", .malformed("the checksum of frame \(record.id.abbreviated) is wrong"))
        }
        return (record, stored)
    }
}
