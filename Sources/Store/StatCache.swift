import Codec
package import ModelCore
package import SystemIO
package import SystemPackage

/// Remembers what files hashed to, so that an unchanged file is not read again.
///
/// Keyed by device and inode; an entry holds while size and both times in ns are the same. As in Git, a file that
/// changed in the moment in which it was hashed is not remembered, for it could change again without its times showing
/// it.
package struct StatCache: Sendable {
    private struct Key: Hashable {
        let device: UInt64
        let inode: UInt64
    }

    private struct Entry {
        let size: Int64
        let modified: Int64
        let changed: Int64
        let oid: Digest
    }

    /// File systems without finer times tick once in one or two seconds; those with ns tick with the kernel's timer.
    private static let coarseGranularity: Int64 = 2_000_000_000
    /// How long in ns after a file's last change it may change again without its times showing it.
    package static let fineGranularity: Int64 = 20_000_000
    private static let magic = "gmstat1\n"
    private static let entryByteCount = 72
    private static let maximumByteCount = 1 << 30

    private let path: FilePath
    private var entries: [Key: Entry] = [:]
    private var isChanged = false

    /// Reads the cache at `path`; one that is missing or not understood is empty.
    package init(_ path: FilePath) {
        self.path = path
        if let bytes = try? DurableFile.read(path, limit: StatCache.maximumByteCount) {
            bytes.withUnsafeBytes { buffer in
                if (try? load(buffer)) == nil { entries = [:] }
            }
        }
    }

    private mutating func load(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
        var reader = ByteReader(bytes, format: "stat cache")
        try reader.expect(StatCache.magic)
        let checksum = try reader.integer(UInt32.self)
        guard CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[reader.position...])) == checksum else {
            throw reader.malformed("its checksum is wrong")
        }
        entries.reserveCapacity(reader.remaining / StatCache.entryByteCount)
        while reader.remaining > 0 {
            let fields = try reader.slice(StatCache.entryByteCount)
            func number(_ position: Int) -> UInt64 {
                UInt64(littleEndian: fields.loadUnaligned(fromByteOffset: position * 8, as: UInt64.self))
            }
            entries[Key(device: number(0), inode: number(1))] = Entry(
                size: Int64(bitPattern: number(2)),
                modified: Int64(bitPattern: number(3)),
                changed: Int64(bitPattern: number(4)),
                oid: Digest(loading: UnsafeRawBufferPointer(rebasing: fields[40...]))
            )
        }
    }

    /// Returns what a file of this status hashed to, if it is known.
    package func oid(of status: FileStatus) -> Digest? {
        guard let entry = entries[Key(device: status.device, inode: status.inode)], entry.size == status.size,
            entry.modified == status.modified, entry.changed == status.changed
        else { return nil }
        return entry.oid
    }

    /// Remembers what a file hashed to; `readAt` is the wall-clock time in ns before its first byte was read.
    package mutating func record(_ oid: Digest, of status: FileStatus, readAt: Int64) {
        let last = max(status.modified, status.changed)
        let isCoarse = status.modified % 1_000_000_000 == 0
        let granularity = isCoarse ? StatCache.coarseGranularity : StatCache.fineGranularity
        guard last + granularity < readAt else { return }
        insert(oid, status)
    }

    private mutating func insert(_ oid: Digest, _ status: FileStatus) {
        entries[Key(device: status.device, inode: status.inode)] = Entry(
            size: status.size,
            modified: status.modified,
            changed: status.changed,
            oid: oid
        )
        isChanged = true
    }

    /// Writes the cache where it changed; a cache that cannot be written costs only time, so that nothing is thrown.
    package func save() {
        guard isChanged else { return }
        var writer = ByteWriter(capacity: entries.count * StatCache.entryByteCount)
        for (key, entry) in entries {
            writer.integer(key.device)
            writer.integer(key.inode)
            for number in [entry.size, entry.modified, entry.changed] { writer.integer(number) }
            writer.digest(entry.oid)
        }
        var head = ByteWriter(capacity: writer.count + 12)
        head.raw(StatCache.magic.utf8)
        head.integer(writer.bytes.withUnsafeBytes { CRC32C.checksum($0) })
        head.raw(writer.bytes)
        try? DurableFile.write(head.bytes, to: path, permissions: 0o666, durable: false)
    }
}
