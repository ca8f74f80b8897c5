import Codec
package import ModelCore
import SystemIO
package import SystemPackage

/// A pack on this machine, mapped for reading; packs never change, so that a mapping is safe.
package struct PackFile: Sendable {
    /// The pack's name.
    package let id: Digest
    /// Where the pack is.
    package let path: FilePath
    private let mapping: MappedFile

    /// Opens a pack and checks its header.
    package init(_ path: FilePath, id: Digest) throws(StoreError) {
        try self.init(damaged: path, id: id)
        try check { () throws(FormatError) in _ = try PackFormat.kind(parsingHeader: mapping.bytes) }
    }

    /// Opens a pack whose header need not be right.
    init(damaged path: FilePath, id: Digest) throws(StoreError) {
        self.id = id
        self.path = path
        do { mapping = try MappedFile(path) } catch { throw .io(error) }
    }

    /// The size of the file in bytes.
    package var byteCount: Int { mapping.bytes.count }

    /// The pack's kind, table of contents included in no check.
    package func kind() throws(StoreError) -> PackKind {
        try check { () throws(FormatError) in try PackFormat.kind(parsingHeader: mapping.bytes) }
    }

    /// Reads the table of contents.
    package func contents() throws(StoreError) -> PackContents {
        try check { () throws(FormatError) in
            let bytes = mapping.bytes
            guard bytes.count >= PackFormat.headerByteCount + PackFormat.trailerByteCount else {
                throw FormatError("pack", .truncated)
            }
            let start = bytes.count - PackFormat.trailerByteCount
            let trailer = try PackFormat.Trailer(
                parsing: UnsafeRawBufferPointer(rebasing: bytes[start...]),
                packByteCount: bytes.count
            )
            let table = trailer.tableOffset..<(trailer.tableOffset + trailer.tableByteCount)
            return try PackContents(parsing: UnsafeRawBufferPointer(rebasing: bytes[table]), trailer: trailer)
        }
    }

    /// Returns the pack as the builder that wrote it saw it.
    package func sealed() throws(StoreError) -> SealedPack {
        SealedPack(id: id, byteCount: byteCount, kind: try kind(), contents: try contents())
    }

    /// Returns the name that the file's bytes give it, which differs from `id` where the pack is damaged.
    package func computedID() -> Digest {
        mapping.readInOrder { SHA256.digest(of: $0) }
    }

    /// Lets go of the memory that reading a frame's record took.
    package func releaseMemory(of entry: FrameEntry) {
        mapping.releaseMemory(Int(entry.offset)..<min(Int(entry.offset) + entry.recordLength, mapping.bytes.count))
    }

    /// Reads the header of the record of `entry`, checked against its own checksum; the stored bytes are not looked at.
    func header(of entry: FrameEntry) throws(StoreError) -> FrameRecord {
        try check { () throws(FormatError) in try FrameRecord(parsing: bytes(of: entry)) }
    }

    private func bytes(of entry: FrameEntry) throws(FormatError) -> UnsafeRawBufferPointer {
        let end = Int(entry.offset) + entry.recordLength
        guard end <= mapping.bytes.count else { throw FormatError("pack", .truncated) }
        return UnsafeRawBufferPointer(rebasing: mapping.bytes[Int(entry.offset)..<end])
    }

    /// Reads the record of `entry` and returns it with its stored bytes, checked against the record's checksums and the
    /// entry.
    ///
    /// The bytes are valid while this value lives.
    package func record(of entry: FrameEntry) throws(StoreError) -> (FrameRecord, stored: UnsafeRawBufferPointer) {
        try check { () throws(FormatError) in
            let whole = try bytes(of: entry)
            let record = try FrameRecord(parsing: whole)
            guard record.id == entry.id, record.storedLength == entry.storedLength, record.rawLength == entry.rawLength,
                record.depth == entry.depth, record.prefixByteCount + Int(record.storedLength) == entry.recordLength
            else {
                throw FormatError(
                    "pack",
                    .malformed("the index and the record of frame \(entry.id.abbreviated) differ")
                )
            }
            let stored = UnsafeRawBufferPointer(rebasing: whole[record.prefixByteCount...])
            guard CRC32C.checksum(stored) == record.storedChecksum else {
                throw FormatError("pack", .malformed("the checksum of frame \(entry.id.abbreviated) is wrong"))
            }
            return (record, stored)
        }
    }

    private func check<Value>(_ body: () throws(FormatError) -> Value) throws(StoreError) -> Value {
        do throws(FormatError) { return try body() } catch {
            if case .newer(let what) = error.problem { throw .needsNewerVersion(path, what) }
            throw .damaged(path, error)
        }
    }
}
