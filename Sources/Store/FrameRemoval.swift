package import ModelCore
package import SystemIO

/// Takes frames out of a local store that are elsewhere; what else their packs hold goes into new packs, as it is
/// stored.
package struct FrameRemoval: Sendable {
    /// What would be taken out.
    package struct Plan: Sendable {
        /// The frames, every copy of which goes.
        package let frames: Set<Digest>
        /// The bytes that they take in packs.
        package let byteCount: Int64
        /// The packs that hold any of them.
        fileprivate let packs: [Digest]
    }

    private let store: LocalStore
    private let cancellation: Cancellation

    /// Creates a removal of frames of `store`.
    package init(_ store: LocalStore, cancellation: Cancellation = Cancellation()) {
        self.store = store
        self.cancellation = cancellation
    }

    /// Finds the frames that rebuild `dropped` and that nothing else needs: neither what `live` names, nor, as a base,
    /// any frame that stays, whatever it belongs to.
    ///
    /// Anything that is damaged or not understood stops it.
    package func plan(dropping dropped: [Pointer], keeping live: [Pointer]) throws(StoreError) -> Plan {
        try store.requireWritable()
        try store.refresh()
        try store.requireUnderstood()
        let kept = Closure(of: live, in: store)
        for (_, reason) in kept.incomplete where !reason.isAbsence {
            guard case .notAListing = reason else { throw reason }
        }
        var frames = Set(Closure(of: dropped, in: store).frames.keys)
        frames.subtract(kept.frames.keys)
        keepBases(&frames)
        var byteCount: Int64 = 0
        var packs: Set<Digest> = []
        var counted: Set<FrameLocation> = []
        for frame in frames {
            for copy in try store.ownCopies(of: frame) where counted.insert(copy).inserted {
                byteCount += Int64(copy.entry.recordLength)
                packs.insert(copy.pack)
            }
        }
        return Plan(frames: frames, byteCount: byteCount, packs: packs.sorted())
    }

    /// Takes out what a frame that stays decodes against, and what that decodes against in turn.
    private func keepBases(_ frames: inout Set<Digest>) {
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for file in store.indexes.files {
                for position in 0..<file.frameCount {
                    guard let copy = file.frame(at: position), let base = copy.base, !frames.contains(copy.entry.id)
                    else { continue }
                    if frames.remove(base) != nil { hasChanged = true }
                }
            }
        }
    }

    /// Carries a plan out; the caller excludes other users of the store since before it was made.
    ///
    /// What stays is in new packs, with an index, before the old ones go: a crash leaves frames twice, never a frame
    /// that is nowhere.
    package func carryOut(_ plan: Plan) throws(StoreError) {
        guard !plan.packs.isEmpty else { return }
        let appenders: [PackKind: PackAppender] = [
            .data: PackAppender(kind: .data, store: store), .metadata: PackAppender(kind: .metadata, store: store),
        ]
        do throws(StoreError) {
            var contents = IndexContents()
            for pack in plan.packs { try copy(from: store.pack(pack), without: plan.frames, to: appenders) }
            for appender in appenders.values {
                for pack in try appender.finish() { contents.add(pack) }
            }
            if !contents.isEmpty { try store.publish(contents) }
        } catch {
            for appender in appenders.values { appender.abandon() }
            throw error
        }
        try store.remove(Set(plan.packs)) { _ in true }
    }

    private func copy(
        from pack: PackFile,
        without frames: Set<Digest>,
        to appenders: [PackKind: PackAppender]
    ) throws(StoreError) {
        let appender = appenders[try pack.kind()]
        for entry in try pack.contents().entries where !frames.contains(entry.id) {
            do { try cancellation.check() } catch { throw .cancelled }
            let (record, stored) = try pack.record(of: entry)
            try appender?.append(record, stored: stored)
            pack.releaseMemory(of: entry)
        }
    }
}
