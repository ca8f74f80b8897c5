import ModelCore
import Synchronization
import SystemIO
import SystemPackage

/// Collects frames from several threads into packs of one kind, sealing each when it is full.
///
/// A full pack gets an index at once, so that a command that is interrupted need not do it all again.
/// The lock is held while one frame is hashed and written, never while a pack is synchronised.
final class PackAppender: Sendable {
    private struct State: ~Copyable {
        var open: PackBuilder?
    }

    private let store: LocalStore
    private let kind: PackKind
    private let state = Mutex(State())

    init(kind: PackKind, store: LocalStore) {
        self.kind = kind
        self.store = store
    }

    func append(_ record: FrameRecord, stored: UnsafeRawBufferPointer) throws(StoreError) {
        let full: PackBuilder?
        do throws(IOError) {
            full = try state.withLock { state throws(IOError) -> PackBuilder? in
                var displaced: PackBuilder?
                if let open = state.open.take() {
                    if open.hasRoom(forStored: stored.count) {
                        state.open = consume open
                    } else {
                        displaced = consume open
                    }
                }
                if state.open == nil { state.open = try PackBuilder.start(kind, in: store.root.appending("packs")) }
                try state.open?.append(record, stored: stored)
                if displaced == nil, state.open?.isFull == true { displaced = state.open.take() }
                return displaced
            }
        } catch { throw .io(error) }
        guard let full else { return }
        var contents = IndexContents()
        contents.add(try seal(full))
        try store.publish(contents)
    }

    /// Seals the pack that is still open and returns it, if there is one: the only one without an index.
    func finish() throws(StoreError) -> SealedPack? {
        guard let open = state.withLock({ $0.open.take() }), open.frameCount > 0 else { return nil }
        return try seal(open)
    }

    /// Removes the pack that is still open.
    ///
    /// That it would go with its owner is not enough: nothing goes when the process ends.
    func abandon() { state.withLock { $0.open = nil } }

    private func seal(_ builder: consuming PackBuilder) throws(StoreError) -> SealedPack {
        do { return try builder.seal(in: store.root) } catch { throw .io(error) }
    }
}
