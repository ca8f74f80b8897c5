import ModelCore
import Synchronization
import SystemIO

/// Stores frames that came from elsewhere as they were encoded there, after decoding and checking each.
///
/// Safe from any thread; what came is found by the store once its pack is full, and the rest after `publish`.
package final class FrameReceiver: Sendable {
    private let store: LocalStore
    private let data: PackAppender
    private let metadata: PackAppender
    private let seen = Mutex(Set<Copy>())

    private struct Copy: Hashable {
        let id: Digest
        let depth: UInt8
    }

    /// Creates a receiver for `store`.
    package init(_ store: LocalStore) {
        self.store = store
        data = PackAppender(kind: .data, store: store)
        metadata = PackAppender(kind: .metadata, store: store)
    }

    /// Stores the frame that `location` says lies in `bytes`, which start at offset `start` of its pack.
    ///
    /// What it decodes against has to be found by the store already: receive the frames of less depth first, then `publish`.
    package func receive(
        _ location: FrameLocation,
        kind: PackKind,
        from bytes: UnsafeRawBufferPointer,
        startingAt start: Int
    ) throws {
        let entry = location.entry
        let offset = Int(entry.offset) - start
        guard offset >= 0, offset + entry.recordLength <= bytes.count else { throw FormatError("pack", .truncated) }
        let slice = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + entry.recordLength)])
        let (record, stored) = try PackDecoding.record(in: slice)
        guard record.id == entry.id, record.rawLength == entry.rawLength else {
            throw FormatError("pack", .malformed("the index and the record of frame \(entry.id.abbreviated) differ"))
        }
        try check(record, stored: stored, pack: location.pack)
        // A copy of less depth is worth having beside another: what decodes against it may need it.
        guard seen.withLock({ $0.insert(Copy(id: record.id, depth: record.depth)).inserted }) else { return }
        try (kind == .data ? data : metadata).append(record, stored: stored)
    }

    private func check(_ record: FrameRecord, stored: UnsafeRawBufferPointer, pack: Digest) throws {
        guard record.base != nil else {
            _ = try PackDecoding.bytes(of: record, stored: stored)
            return
        }
        var reader = FrameReader(store)
        do throws(StoreError) { try reader.check(record, stored: stored, pack: pack) } catch {
            guard case .damagedFrame(_, _, pack: pack) = error else { throw error }
            throw FormatError("frame", .malformed("frame \(record.id.abbreviated) does not decode to its name"))
        }
    }

    /// Removes what is not sealed yet.
    package func abandon() {
        data.abandon()
        metadata.abandon()
    }

    /// Seals the packs and lets the store find their frames; objects that need a manifest are for the caller to publish.
    package func publish() throws(StoreError) {
        let packs = try data.finish() + metadata.finish()
        guard !packs.isEmpty else { return }
        var contents = IndexContents()
        for pack in packs { contents.add(pack) }
        try store.publish(contents)
    }
}
