import ModelCore
import Synchronization
import SystemIO
import SystemPackage

/// Collects frames from several threads into packs of one kind, each of which is sealed when it is full.
///
/// A pack is locked while one frame is written; where much is written, a thread that finds it locked turns to another
/// pack.
final class PackAppender: Sendable {
    /// What a pack has to hold before another one is begun beside it, so that little goes into one.
    private static let crowdedByteCount = 16 << 20

    /// A pack that may be open.
    private final class Lane: Sendable {
        struct State: ~Copyable {
            var open: PackBuilder?
        }

        let state = Mutex(State())
        /// Whether the pack holds so much that those who find it locked need not wait.
        let isCrowded = Atomic(false)
    }

    private let store: LocalStore
    private let kind: PackKind
    private let lanes: [Lane]
    private let sealing: PackSealing

    /// Creates an appender that writes at most `openCount` packs at once; with one, no pack is sealed before what was
    /// appended earlier.
    init(kind: PackKind, store: LocalStore, openCount: Int = 1) {
        self.kind = kind
        self.store = store
        sealing = PackSealing(store, inPairs: openCount > 1)
        lanes = (0..<openCount).map { _ in Lane() }
    }

    func append(_ record: FrameRecord, stored: UnsafeRawBufferPointer) throws(StoreError) {
        if let full = try write(record, stored: stored) { try sealing.add(FullPack(full)) }
    }

    /// Seals the packs that are still open, or full and not sealed yet, and returns them: the only ones without an
    /// index.
    func finish() throws(StoreError) -> [SealedPack] {
        var open: [FullPack] = []
        for lane in lanes {
            if let pack = lane.state.withLock({ $0.open.take() }), pack.frameCount > 0 { open.append(FullPack(pack)) }
        }
        return try sealing.finish(with: open)
    }

    /// The packs that were sealed so far, with an index or without.
    var sealedPacks: Set<Digest> { sealing.sealed }

    /// Removes the packs that are not sealed yet.
    ///
    /// That they would go with their owner is not enough: nothing goes when the process ends.
    func abandon() {
        for lane in lanes { lane.state.withLock { $0.open = nil } }
        sealing.abandon()
    }

    /// Writes a record into the first pack that is free, and returns the pack that had to make room or that this
    /// filled.
    private func write(_ record: FrameRecord, stored: UnsafeRawBufferPointer) throws(StoreError) -> PackBuilder? {
        do throws(IOError) {
            for lane in lanes where lane.isCrowded.load(ordering: .relaxed) {
                let full = try lane.state.withLockIfAvailable { state throws(IOError) -> PackBuilder? in
                    try write(record, stored: stored, to: &state, of: lane)
                }
                if let full { return full }
            }
            let lane = lanes.first { !$0.isCrowded.load(ordering: .relaxed) } ?? lanes[0]
            return try lane.state.withLock { state throws(IOError) -> PackBuilder? in
                try write(record, stored: stored, to: &state, of: lane)
            }
        } catch { throw .io(error) }
    }

    private func write(
        _ record: FrameRecord,
        stored: UnsafeRawBufferPointer,
        to state: inout Lane.State,
        of lane: Lane
    ) throws(IOError) -> PackBuilder? {
        var displaced: PackBuilder?
        // A pack in which a write fails is not put back: its records may lie elsewhere than its table would say.
        var open = state.open.take()
        if let builder = open.take() {
            if builder.hasRoom(forStored: stored.count) { open = consume builder } else { displaced = consume builder }
        }
        if open == nil { open = try PackBuilder.start(kind, in: store.root.appending("packs")) }
        try open?.append(record, stored: stored)
        let byteCount = open?.byteCount ?? 0
        let isFull = displaced == nil && byteCount >= store.sizes.packByteCount
        if isFull { displaced = open.take() }
        lane.isCrowded.store(!isFull && byteCount >= PackAppender.crowdedByteCount, ordering: .relaxed)
        state.open = open.take()
        return displaced
    }
}
