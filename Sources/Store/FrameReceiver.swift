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

    /// Stores the frames that `locations` say lie in `bytes`, which start at offset `start` of their pack.
    ///
    /// What they decode against has to be found by the store already: receive the frames of less depth first, then
    /// `publish`.
    package func receive(
        _ locations: [FrameLocation],
        kind: PackKind,
        from bytes: UnsafeRawBufferPointer,
        startingAt start: Int
    ) throws {
        var reader = FrameReader(store)
        let buffers = (FrameBuffer.allocate(), FrameBuffer.allocate())
        defer { extendLifetime(buffers) }
        let appender = kind == .data ? data : metadata
        // Two at a time, for two digests cost little more than one.
        for position in stride(from: 0, to: locations.count, by: 2) {
            let pair = try locations[position..<min(position + 2, locations.count)].map { location in
                try FrameReceiver.record(of: location, in: bytes, startingAt: start)
            }
            do throws(StoreError) {
                try reader.check(pair, pack: locations[position].pack, in: (buffers.0.bytes, buffers.1.bytes))
            } catch { throw FrameReceiver.explained(error, pack: locations[position].pack) }
            for (record, stored) in pair {
                // A copy of less depth is worth having beside another: what decodes against it may need it.
                let copy = Copy(id: record.id, depth: record.depth)
                guard seen.withLock({ $0.insert(copy).inserted }) else { continue }
                try appender.append(record, stored: stored)
            }
        }
    }

    private static func record(
        of location: FrameLocation,
        in bytes: UnsafeRawBufferPointer,
        startingAt start: Int
    ) throws(FormatError) -> IncomingFrame {
        let entry = location.entry
        let offset = Int(entry.offset) - start
        guard offset >= 0, offset + entry.recordLength <= bytes.count else { throw FormatError("pack", .truncated) }
        let slice = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + entry.recordLength)])
        let (record, stored) = try PackDecoding.record(in: slice)
        guard record.id == entry.id, record.rawLength == entry.rawLength else {
            throw FormatError("pack", .malformed("the index and the record of frame \(entry.id.abbreviated) differ"))
        }
        return (record, stored)
    }

    /// What is wrong with what came is a fault of where it comes from, not of this store.
    private static func explained(_ error: StoreError, pack: Digest) -> any Error {
        switch error {
        case .damagedFrame(let frame, _, pack: pack):
            FormatError("frame", .malformed("frame \(frame.abbreviated) does not decode to its name"))
        case .needsNewerVersion(_, let what): FormatError("frame", .newer(what))
        default: error
        }
    }

    /// Removes what is not sealed yet.
    package func abandon() {
        data.abandon()
        metadata.abandon()
    }

    /// Seals the packs and lets the store find their frames; objects that need a manifest are for the caller to
    /// publish.
    package func publish() throws(StoreError) {
        let packs = try data.finish() + metadata.finish()
        guard !packs.isEmpty else { return }
        var contents = IndexContents()
        for pack in packs { contents.add(pack) }
        try store.publish(contents)
    }
}
