import ModelCore

/// What a store has of objects that it cannot rebuild: any of it may be the only copy.
struct ObjectRemains: Sendable {
    /// The objects of which something is here.
    private(set) var objects: Set<Digest> = []
    /// The frames of the objects, as far as a manifest tells, here or not.
    private(set) var frames: Set<Digest> = []
    /// Every copy that is here of these, and of what they decode against.
    private(set) var copies: Set<FrameLocation> = []
    /// What describes the objects, where the frame for that is here.
    private(set) var entries: Set<ObjectEntry> = []

    /// Looks for what is left of the objects that are incomplete in the closure of `pointers`.
    init(of pointers: [Pointer], _ closure: Closure, in store: LocalStore) throws(StoreError) {
        let incomplete = Set(closure.incomplete.map(\.oid))
        guard !incomplete.isEmpty else { return }
        var reader = FrameReader(store)
        let files = closure.files.map { Pointer(oid: $0.key, size: $0.value, kind: .file) }
        for pointer in pointers + files where incomplete.contains(pointer.oid) {
            let own = try store.frames(of: pointer, reader: &reader).frames
            frames.formUnion(own)
            for frame in own where try !store.presentCopies(of: frame).isEmpty { objects.insert(pointer.oid) }
        }
        try addCopies(in: store)
        let present = Set(copies.map(\.entry.id))
        for oid in objects {
            let entries = store.entries(of: oid, kind: .manifest) + store.entries(of: oid, kind: .comparison)
            self.entries.formUnion(entries.filter { present.contains($0.frame) })
        }
    }

    private mutating func addCopies(in store: LocalStore) throws(StoreError) {
        var open = Array(frames)
        var seen: Set<Digest> = []
        while let frame = open.popLast() {
            guard seen.insert(frame).inserted else { continue }
            for copy in try store.presentCopies(of: frame) {
                copies.insert(copy)
                if let base = copy.base { open.append(base) }
            }
        }
    }
}
