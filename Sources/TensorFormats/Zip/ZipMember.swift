/// A member of a zip archive, and where its bytes are.
struct ZipMember {
    private static let headerByteCount: Int64 = 30
    private static let largest32: UInt32 = .max

    let name: String
    /// Whether the bytes are the member's own, and not compressed.
    let isStored: Bool
    /// The bytes in the file, compressed or not.
    let range: Range<Int64>

    /// Finds the bytes of a member, which only its local header tells, and compares that with the central directory.
    ///
    /// Source: APPNOTE.TXT 4.3.7. PyTorch pads the local header's extra field, and only that, so that tensors are
    /// aligned.
    init(_ file: FileBytes, _ entry: ZipDirectory.Entry, directoryOffset: Int64) throws(Refusal) {
        let what = "the header of member \(entry.name.quoted)"
        let start = entry.headerOffset
        let nameLength = Int64(entry.name.utf8.count)
        guard start <= directoryOffset, directoryOffset - start >= ZipMember.headerByteCount + nameLength else {
            throw .odd("\(what) is not before the directory")
        }
        let bytes = try file.read(ZipMember.headerByteCount + nameLength, at: start, what)
        let header = ZipFields(bytes)
        guard header.u32(0) == 0x0403_4B50 else { throw .odd("\(what) is missing") }
        guard Int64(header.u16(26)) == nameLength, header.u16(6) == entry.flags, header.u16(8) == entry.method,
            bytes.dropFirst(Int(ZipMember.headerByteCount)).elementsEqual(entry.name.utf8)
        else { throw .odd("\(what) disagrees with the directory") }
        let sizes = (header.u32(18), header.u32(22))
        // Behind a data descriptor, and where zip64 has the sizes, the header need not have them.
        let hasSizes = entry.flags & 8 == 0 && sizes != (ZipMember.largest32, ZipMember.largest32)
        let expected = (UInt32(clamping: entry.compressedByteCount), UInt32(clamping: entry.byteCount))
        guard sizes == expected || !hasSizes else { throw .odd("\(what) disagrees with the directory") }
        name = entry.name
        isStored = entry.method == 0
        // Neither sum overflows: the header ends in the file, and a zip field is at most 65,535.
        let dataStart = start + Int64(bytes.count) + Int64(header.u16(28))
        guard dataStart <= directoryOffset, entry.compressedByteCount <= directoryOffset - dataStart else {
            throw .odd("member \(entry.name.quoted) reaches into the directory")
        }
        range = dataStart..<(dataStart + entry.compressedByteCount)
    }
}

/// Little-endian numbers at fixed places of a record.
struct ZipFields {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func u16(_ position: Int) -> UInt16 { number(position) }
    func u32(_ position: Int) -> UInt32 { number(position) }
    func u64(_ position: Int) -> UInt64 { number(position) }

    /// Returns a number that lies inside the record, which the caller knows to be long enough.
    private func number<Value: FixedWidthInteger>(_ position: Int) -> Value {
        bytes[position..<(position + MemoryLayout<Value>.size)].reversed().reduce(0) { $0 << 8 | Value($1) }
    }
}
