import ModelCore
import Store

/// What a remote held when it was looked at: which frames a writer may count on, and which pack names are taken.
///
/// A frame counts only where a live index lists it in a pack that is there and not on its way out: an index can name a pack that
/// collection deleted meanwhile, and a buried pack is as good as gone (`docs/decisions/0002-lock-free-gc.md`).
struct RemoteInventory: Sendable {
    let indexes: IndexSet
    private let tombs: Set<Digest>
    /// The packs that are there, and the sizes of their files in bytes.
    private let packs: [Digest: Int64]

    /// The inventory of a remote that has nothing yet.
    static let empty = RemoteInventory(indexes: IndexSet([]), tombs: [], packs: [:])

    private init(indexes: IndexSet, tombs: Set<Digest>, packs: [Digest: Int64]) {
        self.indexes = indexes
        self.tombs = tombs
        self.packs = packs
    }

    /// Looks at a remote: tombs first and packs after them, for the other way round a pack that is buried and deleted in between
    /// would count as there.
    init(of store: RemoteStore) async throws(RemoteError) {
        tombs = try await store.tombs()
        var packs: [Digest: Int64] = [:]
        for file in try await store.remote.list("packs") {
            if let id = StoreLayout.digest(inName: file.name) { packs[id] = file.size }
        }
        self.packs = packs
        indexes = try await store.indexes()
    }

    /// Returns the inventory with what an index lists that was just uploaded, and its packs.
    func adding(_ index: IndexFile) -> RemoteInventory {
        RemoteInventory(
            indexes: IndexSet(indexes.files + [index]),
            tombs: tombs,
            packs: packs.merging(index.packs.map { ($0.id, Int64($0.size)) }) { _, new in new }
        )
    }

    /// Returns a copy of a frame that a new root may count on.
    func copy(of frame: Digest) -> FrameLocation? {
        indexes.copies(of: frame).first { isUsable($0.pack) }
    }

    /// A pack that is not as large as it was written has lost something.
    private func isUsable(_ pack: Digest) -> Bool {
        guard let size = packs[pack], !tombs.contains(pack) else { return false }
        return size == indexes.pack(pack).map { Int64($0.size) }
    }

    /// Returns what the indexes know of a pack.
    func pack(_ id: Digest) -> IndexContents.Pack? { indexes.pack(id) }

    /// Returns whether an index knows how to rebuild an object.
    func knows(_ object: ObjectEntry) -> Bool { indexes.entries(of: object.oid, kind: object.kind).contains(object) }

    /// The names that no new pack may have: whatever is there in any way could vanish at any moment.
    var takenNames: Set<Digest> { tombs.union(packs.keys) }
}
