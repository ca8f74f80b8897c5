import Codec
import ModelCore
import Synchronization
import SystemIO
import SystemPackage

/// The codec state of one ingesting thread.
struct FrameWorker: ~Copyable {
    var encoder = FrameEncoder()
    var decoder = FrameDecoder()
    let scratch = FrameBuffer.allocate()
}

/// Puts frames into a store, each at most once in a session, from any number of threads.
final class FrameIngest: Sendable {
    private struct State {
        var claimed: Set<Digest> = []
        var freshened: [Digest: Bool] = [:]
        var objects: [ObjectEntry] = []
        var stored: Int64 = 0
        var reused: Int64 = 0
        var failure: StoreError?
    }

    private let store: LocalStore
    private let data: PackAppender
    private let metadata: PackAppender
    private let state = Mutex(State())

    init(_ store: LocalStore) {
        self.store = store
        data = PackAppender(kind: .data, store: store)
        metadata = PackAppender(kind: .metadata, store: store)
    }

    /// Bytes that this session added to packs, and raw bytes that it found there already.
    var totals: (stored: Int64, reused: Int64) { state.withLock { ($0.stored, $0.reused) } }

    /// Makes sure that the store has a frame, and returns its reference.
    func put(
        _ raw: UnsafeRawBufferPointer,
        kind: PackKind,
        worker: inout FrameWorker
    ) throws(StoreError) -> FrameReference {
        let frame = FrameReference(id: SHA256.digest(of: raw), byteCount: raw.count)
        try put(frame, raw, kind: kind, worker: &worker)
        return frame
    }

    /// Makes sure that the store has a frame whose id was computed already.
    func put(
        _ frame: FrameReference,
        _ raw: UnsafeRawBufferPointer,
        kind: PackKind,
        worker: inout FrameWorker
    ) throws(StoreError) {
        guard state.withLock({ $0.claimed.insert(frame.id).inserted }) else { return reuse(frame) }
        do throws(StoreError) {
            for copy in store.indexes.copies(of: frame.id) where try isKept(copy.pack) { return reuse(frame) }
            let stored = try encode(
                frame,
                raw,
                kind: kind,
                encoder: &worker.encoder,
                decoder: &worker.decoder,
                scratch: worker.scratch
            )
            state.withLock { $0.stored += Int64(stored) }
        } catch {
            // Other files may count on this frame since it was claimed.
            state.withLock { $0.failure = $0.failure ?? error }
            throw error
        }
    }

    /// Notes what rebuilds an object, for the session's index.
    func remember(_ object: ObjectEntry) { state.withLock { $0.objects.append(object) } }

    /// What was noted.
    var remembered: [ObjectEntry] { state.withLock { $0.objects } }

    /// Seals what is still open and returns it; fails where a frame that was promised to somebody could not be stored.
    func finish() throws(StoreError) -> [SealedPack] {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        return [try data.finish(), try metadata.finish()].compactMap { $0 }
    }

    /// Removes what is not sealed yet.
    func abandon() {
        data.abandon()
        metadata.abandon()
    }

    private func reuse(_ frame: FrameReference) { state.withLock { $0.reused += Int64(frame.byteCount) } }

    /// Returns whether a pack is there; touched, it counts as new, and stays for a grace period even if nothing comes to refer to it.
    private func isKept(_ pack: Digest) throws(StoreError) -> Bool {
        if let known = state.withLock({ $0.freshened[pack] }) { return known }
        let kept = try touch(pack)
        state.withLock { $0.freshened[pack] = kept }
        return kept
    }

    /// A pack that was cut is not counted on either: whoever adds the bytes again mends the store.
    private func touch(_ pack: Digest) throws(StoreError) -> Bool {
        let path = store.root.appending(StoreLayout.pack(pack))
        do {
            guard let listed = store.indexes.pack(pack), let status = try FileStatus.of(path),
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

    /// Encodes, decodes again and compares before the bytes are written: a codec's mistake must never reach a pack.
    private func encode(
        _ frame: FrameReference,
        _ raw: UnsafeRawBufferPointer,
        kind: PackKind,
        encoder: inout FrameEncoder,
        decoder: inout FrameDecoder,
        scratch: BufferPool.Buffer
    ) throws(StoreError) -> Int {
        let appender = kind == .data ? data : metadata
        let check = UnsafeMutableRawBufferPointer(rebasing: scratch.bytes[0..<raw.count])
        return try encoder.encode(raw) { encoded throws(StoreError) in
            if encoded.codec != .raw {
                do { try decoder.decode(encoded.codec, encoded.stored, into: check) } catch {
                    throw .encodingCheckFailed(frame.id)
                }
                guard raw.isEqual(to: UnsafeRawBufferPointer(check)) else { throw .encodingCheckFailed(frame.id) }
            }
            let record = FrameRecord(id: frame.id, codec: encoded.codec, rawLength: raw.count, stored: encoded.stored)
            try appender.append(record, stored: encoded.stored)
            return encoded.stored.count
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Returns whether two buffers hold the same bytes, eight at a time.
    fileprivate func isEqual(to other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        var difference: UInt64 = 0
        let words = count & ~7
        for offset in stride(from: 0, to: words, by: 8) {
            difference |=
                loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                ^ other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        for offset in words..<count { difference |= UInt64(self[offset] ^ other[offset]) }
        return difference == 0
    }
}
