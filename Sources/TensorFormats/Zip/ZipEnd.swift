/// Where the directory of a zip archive is, as the records at the file's end say.
struct ZipEnd {
    private static let recordByteCount: Int64 = 22
    private static let maximumCommentByteCount: Int64 = 65_535
    private static let locatorByteCount: Int64 = 20
    private static let record64ByteCount: Int64 = 56

    /// The number of members.
    let count: UInt64
    /// The size of the directory.
    let directoryByteCount: UInt64
    /// Where the directory begins.
    let directoryOffset: UInt64
    /// Where these records begin, and the directory must end.
    let position: Int64

    init(_ file: FileBytes) throws(Refusal) {
        let position = try ZipEnd.position(in: file)
        let record = ZipFields(try file.read(ZipEnd.recordByteCount, at: position, "its end"))
        guard record.u16(4) == 0 || record.u16(4) == .max, record.u16(8) == record.u16(10) else {
            throw .odd("it is in several parts")
        }
        guard let position64 = try ZipEnd.position64(in: file, before: position) else {
            count = UInt64(record.u16(10))
            directoryByteCount = UInt64(record.u32(12))
            directoryOffset = UInt64(record.u32(16))
            self.position = position
            return
        }
        let record64 = ZipFields(try file.read(ZipEnd.record64ByteCount, at: position64, "its 64-bit end"))
        guard record64.u32(0) == 0x0606_4B50, record64.u64(24) == record64.u64(32),
            Int64(exactly: record64.u64(4)) == position - ZipEnd.locatorByteCount - position64 - 12
        else { throw .odd("its 64-bit end is damaged") }
        count = record64.u64(32)
        directoryByteCount = record64.u64(40)
        directoryOffset = record64.u64(48)
        self.position = position64
        // A reader that looks at the short record only must find the same.
        guard [UInt64(UInt16.max), count].contains(UInt64(record.u16(10))),
            [UInt64(UInt32.max), directoryByteCount].contains(UInt64(record.u32(12))),
            [UInt64(UInt32.max), directoryOffset].contains(UInt64(record.u32(16)))
        else { throw .odd("its two ends disagree") }
    }

    /// Returns where the end record begins: the only one whose comment reaches to the end of the file.
    private static func position(in file: FileBytes) throws(Refusal) -> Int64 {
        let size = min(file.byteCount, recordByteCount + maximumCommentByteCount)
        guard size >= recordByteCount else { throw .odd("it has no directory") }
        let tail = try file.read(size, at: file.byteCount - size, "its end")
        let fields = ZipFields(tail)
        var found: Int?
        for position in 0...(tail.count - Int(recordByteCount)) where tail[position] == 0x50 {
            guard fields.u32(position) == 0x0605_4B50,
                Int(fields.u16(position + 20)) == tail.count - position - Int(recordByteCount)
            else { continue }
            guard found == nil else { throw .odd("it has two ends") }
            found = position
        }
        guard let found else { throw .odd("its end is missing, or followed by other bytes") }
        return file.byteCount - size + Int64(found)
    }

    /// Returns where the 64-bit end record begins, if there is one.
    private static func position64(in file: FileBytes, before position: Int64) throws(Refusal) -> Int64? {
        guard position >= locatorByteCount else { return nil }
        let locator = ZipFields(try file.read(locatorByteCount, at: position - locatorByteCount, "its locator"))
        guard locator.u32(0) == 0x0706_4B50 else { return nil }
        guard let position64 = Int64(exactly: locator.u64(8)), position64 <= position - locatorByteCount else {
            throw .odd("its locator is damaged")
        }
        return position64
    }
}
