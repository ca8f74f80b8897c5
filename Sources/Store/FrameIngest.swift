import Codec
import ModelCore
import Synchronization
import SystemIO
import SystemPackage

/// Puts frames into a store, each at most once in a session, from any number of threads.
final class FrameIngest: Sendable {
    private struct State {
        var claimed: Set<Digest> = []
        var freshened: [Digest: Bool] = [:]
        var objects: [ObjectEntry] = []
        /// How many of them were handed over for an index.
        var listedCount = 0
        var stored: Int64 = 0
        var reused: Int64 = 0
        var failure: StoreError?
    }

    /// The most packs that are written at once.
    private static let openPackCount = min(4, WorkerPool.shared.threadCount)

    private let local: LocalStore
    private let data: PackAppender
    private let metadata: PackAppender
    private let state = Mutex(State())

    init(_ store: LocalStore) {
        local = store
        data = PackAppender(kind: .data, store: store, openCount: FrameIngest.openPackCount)
        metadata = PackAppender(kind: .metadata, store: store)
    }

    /// How large becomes what is written.
    var sizes: StoreSizes { local.sizes }

    /// Bytes that this session added to packs, and raw bytes that it found there already.
    var totals: (stored: Int64, reused: Int64) { state.withLock { ($0.stored, $0.reused) } }

    /// Makes sure that the store has a frame, and returns its reference.
    func put(
        _ raw: UnsafeRawBufferPointer,
        as role: FrameRole,
        worker: inout FrameWorker
    ) throws(StoreError) -> FrameReference {
        let frame = FrameReference(id: SHA256.digest(of: raw), byteCount: raw.count)
        try put(frame, raw, as: role, worker: &worker)
        return frame
    }

    /// Makes sure that the store has a frame, whose name is that of `raw`.
    func put(
        _ frame: FrameReference,
        _ raw: UnsafeRawBufferPointer,
        as role: FrameRole,
        worker: inout FrameWorker
    ) throws(StoreError) {
        guard state.withLock({ $0.claimed.insert(frame.id).inserted }) else { return reuse(frame) }
        do throws(StoreError) {
            for copy in local.indexes.copies(of: frame.id) where try isKept(copy.pack) {
                // The file at hand may be the last place that has what is damaged here; a difference without its base
                // rebuilds nothing.
                if try local.isIntact(copy) { return reuse(frame) }
            }
            for alternate in local.alternates where try alternate.hasIntactFrame(frame.id) { return reuse(frame) }
            try store(frame, raw, as: role, worker: &worker)
        } catch {
            // Other files may count on this frame since it was claimed.
            state.withLock { $0.failure = $0.failure ?? error }
            throw error
        }
    }

    private func store(
        _ frame: FrameReference,
        _ raw: UnsafeRawBufferPointer,
        as role: FrameRole,
        worker: inout FrameWorker
    ) throws(StoreError) {
        let appender = role.kind == .data ? data : metadata
        try worker.encode(frame, raw, width: ElementWidth(of: role.type), base: role.base) {
            record,
            stored throws(StoreError) in
            try appender.append(record, stored: stored)
            state.withLock { $0.stored += Int64(stored.count) }
        }
    }

    /// Notes what rebuilds an object, for the session's index.
    func remember(_ object: ObjectEntry) { state.withLock { $0.objects.append(object) } }

    /// What was noted.
    var remembered: [ObjectEntry] { state.withLock { $0.objects } }

    /// Returns what was noted since the last call.
    func newlyRemembered() -> [ObjectEntry] {
        state.withLock { state in
            defer { state.listedCount = state.objects.count }
            return Array(state.objects[state.listedCount...])
        }
    }

    /// Seals what is still open and returns it; fails where a frame that was promised to somebody could not be stored.
    func finish() throws(StoreError) -> [SealedPack] {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        return try data.finish() + metadata.finish()
    }

    /// Removes what is not sealed yet.
    func abandon() {
        data.abandon()
        metadata.abandon()
    }

    private func reuse(_ frame: FrameReference) { state.withLock { $0.reused += Int64(frame.byteCount) } }

    /// Returns whether a pack is there; touched, it counts as new, and stays for a grace period even if nothing comes
    /// to refer to it.
    private func isKept(_ pack: Digest) throws(StoreError) -> Bool {
        if let known = state.withLock({ $0.freshened[pack] }) { return known }
        let kept = try touch(pack)
        state.withLock { $0.freshened[pack] = kept }
        return kept
    }

    /// A pack that was cut is not counted on either: whoever adds the bytes again mends the store.
    private func touch(_ pack: Digest) throws(StoreError) -> Bool {
        let path = local.root.appending(StoreLayout.pack(pack))
        do {
            guard let listed = local.indexes.pack(pack), let status = try FileStatus.of(path),
                status.size == Int64(listed.size)
            else { return false }
            try DurableFile.touch(path)
            return true
        } catch {
            // Somebody else's pack in a shared store cannot be touched; the store's lock keeps it all the same.
            if error.isReadOnly { return true }
            guard error.errno == .noSuchFileOrDirectory else { throw .io(error) }
            return false
        }
    }
}
