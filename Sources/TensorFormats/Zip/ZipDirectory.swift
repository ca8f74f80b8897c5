/// The central directory of a zip archive.
struct ZipDirectory {
    /// What the directory says of a member; nothing is compared with the member itself yet.
    struct Entry {
        let name: String
        let flags: UInt16
        let method: UInt16
        let compressedByteCount: Int64
        let byteCount: Int64
        let headerOffset: Int64
    }

    /// The longest directory: some 600,000 members.
    private static let maximumByteCount: Int64 = 64 << 20
    private static let entryByteCount = 46

    /// Where the directory is.
    let range: Range<Int64>
    /// The members, in the order of the directory.
    let entries: [Entry]

    init(_ file: FileBytes) throws(Refusal) {
        let end = try ZipEnd(file)
        guard end.directoryByteCount <= UInt64(ZipDirectory.maximumByteCount) else {
            throw .odd("its directory is longer than \(ZipDirectory.maximumByteCount) bytes")
        }
        guard end.directoryOffset <= UInt64(end.position),
            end.directoryByteCount == UInt64(end.position) - end.directoryOffset
        else { throw .odd("its directory does not reach to its end") }
        range = Int64(end.directoryOffset)..<end.position
        guard end.count <= end.directoryByteCount / UInt64(ZipDirectory.entryByteCount) else {
            throw .odd("its directory is too short for \(end.count) members")
        }
        var cursor = FileCursor(file, range)
        var entries: [Entry] = []
        for _ in 0..<end.count { entries.append(try ZipDirectory.entry(from: &cursor)) }
        guard cursor.remaining == 0 else { throw .odd("its directory has more members than it says") }
        self.entries = entries
    }

    /// Reads one entry: APPNOTE.TXT 4.3.12.
    private static func entry(from cursor: inout FileCursor) throws(Refusal) -> Entry {
        let what = "its directory"
        let fields = ZipFields(try cursor.bytes(Int64(entryByteCount), what))
        guard fields.u32(0) == 0x0201_4B50 else { throw .odd("its directory is damaged") }
        guard let name = String(validating: try cursor.bytes(Int64(fields.u16(28)), what), as: UTF8.self) else {
            throw .odd("the name of a member is not UTF-8")
        }
        let extra = try cursor.bytes(Int64(fields.u16(30)), what)
        _ = try cursor.skip(Int64(fields.u16(32)), what)
        let (flags, method) = (fields.u16(8), fields.u16(10))
        // Bit 0: encrypted; 6: strongly; 13: names are masked.
        guard flags & 0x2041 == 0 else { throw .odd("member \(name.quoted) is encrypted") }
        guard fields.u16(34) == 0 || fields.u16(34) == .max else { throw .odd("it is in several parts") }
        var sizes = try ZipExtra(extra, of: name)
        let byteCount = try sizes.resolve(fields.u32(24), of: name)
        let compressedByteCount = try sizes.resolve(fields.u32(20), of: name)
        let headerOffset = try sizes.resolve(fields.u32(42), of: name)
        guard method != 0 || byteCount == compressedByteCount else {
            throw .odd("member \(name.quoted) is not compressed, and has two sizes")
        }
        return Entry(
            name: name,
            flags: flags,
            method: method,
            compressedByteCount: compressedByteCount,
            byteCount: byteCount,
            headerOffset: headerOffset
        )
    }
}

/// The 64-bit sizes of a directory entry, in the order in which they are asked for: APPNOTE.TXT 4.5.3.
private struct ZipExtra {
    private var values: [UInt64] = []

    init(_ extra: [UInt8], of name: String) throws(Refusal) {
        var rest = extra[...]
        while rest.count >= 4 {
            let fields = ZipFields(Array(rest.prefix(4)))
            let length = Int(fields.u16(2))
            rest = rest.dropFirst(4)
            guard length <= rest.count else { throw .odd("the extra field of member \(name.quoted) is damaged") }
            if fields.u16(0) == 1 {
                guard values.isEmpty else { throw .odd("member \(name.quoted) has two sets of sizes") }
                let record = ZipFields(Array(rest.prefix(length)))
                values = stride(from: 0, through: length - 8, by: 8).map(record.u64)
            }
            rest = rest.dropFirst(length)
        }
    }

    /// Returns a size that the entry has itself, or else the next one.
    mutating func resolve(_ size: UInt32, of name: String) throws(Refusal) -> Int64 {
        guard size == .max else { return Int64(size) }
        guard let value = values.first, let size = Int64(exactly: value) else {
            throw .odd("member \(name.quoted) lacks a size, or one is too large")
        }
        values.removeFirst()
        return size
    }
}
