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
    private let seen = Mutex(Set<Digest>())

    /// Creates a receiver for `store`.
    package init(_ store: LocalStore) {
        self.store = store
        data = PackAppender(kind: .data, store: store)
        metadata = PackAppender(kind: .metadata, store: store)
    }

    /// Stores the frame that `location` says lies in `bytes`, which start at offset `start` of its pack.
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
        _ = try PackDecoding.bytes(of: record, stored: stored)
        guard seen.withLock({ $0.insert(record.id).inserted }) else { return }
        try (kind == .data ? data : metadata).append(record, stored: stored)
    }

    /// Removes what is not sealed yet.
    package func abandon() {
        data.abandon()
        metadata.abandon()
    }

    /// Seals the packs and lets the store find their frames; objects that need a manifest are for the caller to publish.
    package func publish() throws(StoreError) {
        let packs = [try data.finish(), try metadata.finish()].compactMap { $0 }
        guard !packs.isEmpty else { return }
        var contents = IndexContents()
        for pack in packs { contents.add(pack) }
        try store.publish(contents)
    }
}
