import ModelCore
import Synchronization
import SystemIO
import SystemPackage

/// Collects frames from several threads into packs of one kind, sealing each when it is full.
///
/// The lock is held while one frame is hashed and written, never while a pack is synchronised.
final class PackAppender: Sendable {
    private struct State: ~Copyable {
        var open: PackBuilder?
        var sealed: [SealedPack] = []
    }

    private let store: FilePath
    private let kind: PackKind
    private let state = Mutex(State())

    init(kind: PackKind, store: FilePath) {
        self.kind = kind
        self.store = store
    }

    func append(_ record: FrameRecord, stored: UnsafeRawBufferPointer) throws(StoreError) {
        do throws(IOError) {
            let full = try state.withLock { state throws(IOError) -> PackBuilder? in
                var displaced: PackBuilder?
                if let open = state.open.take() {
                    if open.hasRoom(forStored: stored.count) {
                        state.open = consume open
                    } else {
                        displaced = consume open
                    }
                }
                if state.open == nil { state.open = try PackBuilder.start(kind, in: store) }
                try state.open?.append(record, stored: stored)
                if displaced == nil, state.open?.isFull == true { displaced = state.open.take() }
                return displaced
            }
            if let full { try seal(full) }
        } catch { throw .io(error) }
    }

    /// Seals the pack that is still open and returns all packs written.
    func finish() throws(StoreError) -> [SealedPack] {
        do throws(IOError) {
            if let open = state.withLock({ $0.open.take() }), open.frameCount > 0 { try seal(open) }
        } catch { throw .io(error) }
        return state.withLock { $0.sealed }
    }

    private func seal(_ builder: consuming PackBuilder) throws(IOError) {
        let pack = try builder.seal(in: store)
        state.withLock { $0.sealed.append(pack) }
    }
}
