import Codec
import ModelCore
import SystemIO
import SystemPackage

/// What a store has, and what of it a repack must not lose.
struct RepackSurvey: Sendable {
    /// What must not be lost.
    let live: [Pointer]
    /// The closure of the live objects, as the store is now.
    let closure: Closure
    /// The raw lengths of all frames of which a copy has to stay.
    private(set) var kept: [Digest: Int] = [:]
    /// The frames of which no copy may stay.
    private(set) var purged: Set<Digest> = []
    /// The packs that indexes list.
    let packs: [IndexContents.Pack]

    private let store: LocalStore

    /// Looks at what indexes list; refuses where there is anything that this version does not understand.
    ///
    /// `orphans` are what packs say of objects that no index listed.
    init(_ store: LocalStore, _ request: Repack.Request, orphans: [ObjectEntry], now: Int64) throws(StoreError) {
        self.store = store
        try store.requireUnderstood()
        live = request.live
        closure = Closure(of: live, in: store)
        packs = store.indexes.packList.sorted { $0.id < $1.id }
        for (_, reason) in closure.incomplete where !reason.isAbsence {
            guard case .notAListing = reason else { throw reason }
        }
        for (id, copy) in closure.frames where !closure.bases.contains(id) { kept[id] = Int(copy.entry.rawLength) }
        try keepWhatIsIncomplete(live)
        var reader = FrameReader(store)
        var isEveryVictimKnown = true
        for victim in request.victims {
            let (frames, isWhole) = try store.frames(of: victim, orphans: orphans, reader: &reader)
            purged.formUnion(frames.filter { kept[$0] == nil })
            if !isWhole { isEveryVictimKnown = false }
        }
        if !isEveryVictimKnown { purged.formUnion(try bases()) }
        try keepWhatIsYoung(request.gracePeriod, now: now)
    }

    /// A live object that is here in part keeps what is here: it may be the only copy.
    private mutating func keepWhatIsIncomplete(_ live: [Pointer]) throws(StoreError) {
        for frame in try ObjectRemains(of: live, closure, in: store).frames {
            if let copy = store.indexes.copies(of: frame).first { kept[frame] = Int(copy.entry.rawLength) }
        }
    }

    /// Returns what is here only because something that stays decodes against it: any of it may be a victim's of which
    /// no manifest is here, as where only a later version was fetched.
    private func bases() throws(StoreError) -> Set<Digest> {
        var bases: Set<Digest> = []
        var open = Array(kept.keys)
        while let frame = open.popLast() {
            for copy in try store.presentCopies(of: frame) {
                guard let base = copy.base, kept[base] == nil, bases.insert(base).inserted else { continue }
                open.append(base)
            }
        }
        return bases
    }

    private mutating func keepWhatIsYoung(_ gracePeriod: Int64?, now: Int64) throws(StoreError) {
        var young: Set<Digest> = []
        for pack in packs {
            let path = store.root.appending(StoreLayout.pack(pack.id))
            do {
                guard let status = try FileStatus.of(path) else { continue }
                if gracePeriod.map({ now - status.modified < $0 }) ?? true { young.insert(pack.id) }
            } catch { throw .io(error) }
        }
        for file in store.indexes.files {
            for position in 0..<file.frameCount {
                guard let frame = file.frame(at: position) else { continue }
                let flags = frame.base == nil ? 0 : FrameRecord.baseFlag
                guard FrameCodec(rawValue: frame.entry.codec) != nil, frame.entry.flags == flags else {
                    let path = store.root.appending(StoreLayout.pack(frame.pack))
                    throw .needsNewerVersion(path, "codec \(frame.entry.codec)")
                }
                guard young.contains(frame.pack), !purged.contains(frame.entry.id) else { continue }
                if kept[frame.entry.id] == nil { kept[frame.entry.id] = Int(frame.entry.rawLength) }
            }
        }
    }
}

extension LocalStore {
    /// Returns every frame that an object, or a file of a tree, has by any of its manifests, as far as these are here,
    /// and whether they all are.
    ///
    /// `orphans` are manifests that no index names.
    func frames(
        of pointer: Pointer,
        orphans: [ObjectEntry] = [],
        reader: inout FrameReader
    ) throws(StoreError) -> (frames: Set<Digest>, isWhole: Bool) {
        var frames: Set<Digest> = []
        var isWhole = try addFrames(of: pointer.oid, orphans, to: &frames, reader: &reader)
        guard pointer.kind == .tree else { return (frames, isWhole) }
        do throws(StoreError) {
            for entry in try listing(pointer.oid, reader: &reader).tree.entries {
                let isKnown = try addFrames(of: entry.digest, orphans, to: &frames, reader: &reader)
                isWhole = isWhole && isKnown
            }
        } catch {
            if case .notAListing = error { return (frames, isWhole) }
            guard error.isAbsence else { throw error }
            isWhole = false
        }
        return (frames, isWhole)
    }

    /// Returns whether the frames of the object, which is no tree, are known.
    private func addFrames(
        of oid: Digest,
        _ orphans: [ObjectEntry],
        to frames: inout Set<Digest>,
        reader: inout FrameReader
    ) throws(StoreError) -> Bool {
        let isFrame = !listedCopies(of: oid).isEmpty
        if isFrame { frames.insert(oid) }
        let manifests = Set(entries(of: oid, kind: .manifest) + orphans.filter { $0.oid == oid })
        var isWhole = isFrame || !manifests.isEmpty || oid == LocalStore.emptyObject
        for entry in manifests {
            frames.insert(entry.frame)
            do throws(StoreError) {
                let map = try map(of: entry, reader: &reader)
                for frame in map.metadata + map.frames { frames.insert(frame.id) }
            } catch {
                guard error.isAbsence else { throw error }
                isWhole = false
            }
        }
        for entry in entries(of: oid, kind: .comparison) { frames.insert(entry.frame) }
        return isWhole
    }
}
