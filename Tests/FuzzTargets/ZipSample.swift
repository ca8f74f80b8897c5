/// Zip archives for tests, right or wrong in what they say of themselves.
package struct ZipSample {
    package struct Member {
        package var name: String
        package var bytes: [UInt8]
        package var method: UInt16 = 0
        package var flags: UInt16 = 0
        /// How many bytes of a local extra field push the data on.
        package var padding = 0
        /// Whether sizes are in zip64 fields.
        package var isLarge = false
        /// Where the directory says that the member is, instead of where it is.
        package var claimedOffset: UInt64?
        /// How many bytes the directory says there are, instead of those there are.
        package var claimedByteCount: UInt64?
        /// The name in the local header, where it is another.
        package var localName: String?

        package init(_ name: String, _ bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    package var members: [Member]
    package var comment: [UInt8] = []
    package var hasLargeEnd = false
    package var claimedCount: UInt64?
    package var claimedDirectoryByteCount: UInt64?
    package var claimedDirectoryOffset: UInt64?

    package init(_ members: [Member]) { self.members = members }

    package var file: [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for member in members {
            let offset = UInt64(bytes.count)
            bytes += local(member)
            directory += entry(member, at: member.claimedOffset ?? offset)
        }
        let start = claimedDirectoryOffset ?? UInt64(bytes.count)
        let size = claimedDirectoryByteCount ?? UInt64(directory.count)
        bytes += directory
        let count = claimedCount ?? UInt64(members.count)
        if hasLargeEnd {
            let position = UInt64(bytes.count)
            bytes += [0x50, 0x4B, 6, 6] + Little.endian(UInt64(44)) + [45, 0, 45, 0] + Little.endian(UInt64(0))
            bytes += Little.endian(count) + Little.endian(count) + Little.endian(size) + Little.endian(start)
            bytes += [0x50, 0x4B, 6, 7, 0, 0, 0, 0] + Little.endian(position) + [1, 0, 0, 0]
        }
        bytes += [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
        bytes += Little.endian(UInt16(clamping: count)) + Little.endian(UInt16(clamping: count))
        bytes += Little.endian(UInt32(clamping: size)) + Little.endian(UInt32(clamping: start))
        return bytes + Little.endian(UInt16(comment.count)) + comment
    }

    private func local(_ member: Member) -> [UInt8] {
        let name = Array((member.localName ?? member.name).utf8)
        let size = member.flags & 8 == 0 ? UInt32(member.bytes.count) : 0
        var bytes: [UInt8] = [0x50, 0x4B, 3, 4, 20, 0] + Little.endian(member.flags) + Little.endian(member.method)
        bytes += [UInt8](repeating: 0, count: 8) + Little.endian(member.isLarge ? .max : size)
        bytes += Little.endian(member.isLarge ? .max : size) + Little.endian(UInt16(name.count))
        var extra: [UInt8] = []
        if member.isLarge {
            extra += [1, 0, 16, 0] + Little.endian(UInt64(size)) + Little.endian(UInt64(size))
        }
        if member.padding > 0 {
            extra +=
                [0x46, 0x42] + Little.endian(UInt16(member.padding)) + [UInt8](repeating: 0x5A, count: member.padding)
        }
        bytes += Little.endian(UInt16(extra.count)) + name + extra + member.bytes
        if member.flags & 8 != 0 { bytes += [0x50, 0x4B, 7, 8] + [UInt8](repeating: 0, count: 12) }
        return bytes
    }

    private func entry(_ member: Member, at offset: UInt64) -> [UInt8] {
        let size = member.claimedByteCount ?? UInt64(member.bytes.count)
        var extra: [UInt8] = []
        if member.isLarge {
            extra += [1, 0, 24, 0] + Little.endian(size) + Little.endian(size) + Little.endian(offset)
        }
        var bytes: [UInt8] =
            [0x50, 0x4B, 1, 2, 20, 0, 20, 0] + Little.endian(member.flags) + Little.endian(member.method)
        bytes += [UInt8](repeating: 0, count: 8)
        for size in [size, size] { bytes += Little.endian(member.isLarge ? .max : UInt32(clamping: size)) }
        bytes += Little.endian(UInt16(member.name.utf8.count)) + Little.endian(UInt16(extra.count))
        bytes += [UInt8](repeating: 0, count: 10)
        bytes += Little.endian(member.isLarge ? .max : UInt32(clamping: offset))
        return bytes + Array(member.name.utf8) + extra
    }
}
