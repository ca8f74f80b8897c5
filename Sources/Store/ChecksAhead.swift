package import ModelCore
import Synchronization
package import SystemIO

/// Checks large objects as wholes while their last frames are still on their way, so that little is left to do once
/// they are here.
///
/// Safe from any thread. What is wrong with an object, or missing in the end, is left for `WholeObjectCheck` to find.
package final class ChecksAhead: Sendable {
    /// No more frames than this are hashed before the caller is let go.
    private static let framesAtOnce = 16

    private struct Progress: ~Copyable {
        /// The objects that were not begun, the next one last.
        var waiting: [ObjectMap]
        var running: RunningDigest?
        /// What the one that is running is written to.
        var draft: ObjectDraft?
        var right: Set<ObjectEntry> = []
        var reader: FrameReader

        /// Hashes up to `count` frames of the object that is running, and notes it when it is done and right.
        mutating func goOn(in store: LocalStore, for count: Int, _ drafts: ObjectDrafts?) {
            guard var digest = running.take() else { return }
            do throws(StoreError) {
                guard try digest.add(upTo: count, listedIn: store, reader: &reader) else {
                    running = consume digest
                    return
                }
                let entry = digest.entry
                let draft = draft.take()
                if try digest.finish(reader: &reader) == entry.oid {
                    right.insert(entry)
                    if let draft { drafts?.keep(draft, of: entry.oid) }
                }
            } catch {
                // The check of the whole meets the same, and says what it is.
            }
        }
    }

    private let store: LocalStore
    private let drafts: ObjectDrafts?
    private let cancellation: Cancellation
    private let progress: Mutex<Progress>
    private let firstUses: [Digest: Int]

    /// Creates the checks of those of `objects` that have `byteCount` bytes or more, whose manifests are in `store` by
    /// now and most of whose frames are not; smaller ones are checked quickly, and several at once, when they are
    /// whole.
    ///
    /// What is checked is written to `drafts`, too, until it is cancelled.
    package init(
        of objects: [ObjectEntry],
        from byteCount: Int64,
        in store: LocalStore,
        writingTo drafts: ObjectDrafts? = nil,
        until cancellation: Cancellation
    ) {
        self.store = store
        self.cancellation = cancellation
        self.drafts = drafts
        var reader = FrameReader(store)
        var maps: [ObjectMap] = []
        for object in objects where object.kind == .manifest && object.size >= byteCount {
            if let map = try? store.map(of: object, reader: &reader) { maps.append(map) }
        }
        var firstUses: [Digest: Int] = [:]
        for frame in maps.lazy.flatMap(\.frames) where firstUses[frame.id] == nil {
            firstUses[frame.id] = firstUses.count
        }
        self.firstUses = firstUses
        progress = Mutex(Progress(waiting: maps.reversed(), reader: FrameReader(store)))
    }

    /// Returns how many frames are needed before this one; `nil` where none of the objects names it.
    package func turn(of frame: Digest) -> Int? { firstUses[frame] }

    /// Hashes some of what came in the meantime, unless another thread is at it.
    package func advance() {
        _ = progress.withLockIfAvailable { progress in
            if progress.running == nil, let map = progress.waiting.popLast(), let entry = map.manifest {
                progress.draft = drafts?.begin(entry)
                progress.running = RunningDigest(
                    of: map,
                    by: entry,
                    provesFrames: false,
                    writingTo: progress.draft,
                    until: cancellation
                )
            }
            progress.goOn(in: store, for: ChecksAhead.framesAtOnce, drafts)
        }
    }

    /// Returns whether an object, all of which is here now, was begun and turned out right.
    package func isRight(_ object: ObjectEntry) -> Bool {
        progress.withLock { progress in
            if progress.running?.entry == object { progress.goOn(in: store, for: .max, drafts) }
            return progress.right.contains(object)
        }
    }
}
