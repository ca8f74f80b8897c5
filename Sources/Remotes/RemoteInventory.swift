import ModelCore
import Store

/// What a remote held when it was looked at: which frames a writer may count on, and which pack names are taken.
///
/// A frame counts only where a live index lists it in a pack that is there and not on its way out: an index can name a
/// pack that collection deleted meanwhile, and a buried pack is as good as gone
/// (`docs/decisions/0002-lock-free-gc.md`).
struct RemoteInventory: Sendable {
    /// For how long a look counts as one at a single moment, since collection lets a day pass between a tomb and its
    /// pack's end.
    private static let moment = Duration.seconds(3600)

    let indexes: IndexSet
    private let tombs: Set<Digest>
    /// The packs that are there, and the sizes of their files in bytes.
    private let packs: [Digest: Int64]
    private let listing: RemoteListing
    private let start: ContinuousClock.Instant

    private init(
        indexes: IndexSet,
        tombs: Set<Digest>,
        packs: [Digest: Int64],
        listing: RemoteListing,
        start: ContinuousClock.Instant
    ) {
        self.indexes = indexes
        self.tombs = tombs
        self.packs = packs
        self.listing = listing
        self.start = start
    }

    /// The inventory of a remote that has no store yet.
    init(ofNothingIn store: RemoteStore) {
        let listing = RemoteListing(ofNothingIn: store.remote)
        self.init(indexes: IndexSet([]), tombs: [], packs: [:], listing: listing, start: .now)
    }

    /// Looks at a remote: tombs first and packs after them, for the other way round a pack that is buried and deleted
    /// in between would count as there.
    init(of store: RemoteStore) async throws(RemoteError) {
        let start = ContinuousClock.now
        let tombs = try await store.tombs()
        self = try await store.relisting { () async throws(RemoteError) in
            let listing = try await RemoteListing(of: store.remote)
            var packs: [Digest: Int64] = [:]
            for file in try await listing.files(in: "packs") {
                if let id = StoreLayout.digest(inName: file.name) { packs[id] = file.size }
            }
            let indexes = try await store.indexes(in: try await listing.files(in: "index"))
            return RemoteInventory(indexes: indexes, tombs: tombs, packs: packs, listing: listing, start: start)
        }
    }

    /// Returns the inventory with what an index lists that was just uploaded, and its packs.
    func adding(_ index: IndexFile) -> RemoteInventory {
        RemoteInventory(
            indexes: IndexSet(indexes.files + [index]),
            tombs: tombs,
            packs: packs.merging(index.packs.map { ($0.id, Int64($0.size)) }) { _, new in new },
            listing: listing,
            start: start
        )
    }

    /// Returns the inventory as if some packs were on their way out.
    func burying(_ packs: Set<Digest>) -> RemoteInventory {
        guard !packs.isEmpty else { return self }
        let tombs = tombs.union(packs)
        return RemoteInventory(indexes: indexes, tombs: tombs, packs: self.packs, listing: listing, start: start)
    }

    /// Returns the copies of a frame that a new root may count on, of less depth than `limit`, those of least depth
    /// first.
    func copies(of frame: Digest, below limit: UInt8 = .max) -> [FrameLocation] {
        indexes.copies(of: frame).filter { $0.entry.depth < limit && isUsable($0.pack) }
    }

    /// Returns a copy of a frame and of all that it decodes against; empty where the remote lacks any of it.
    func chain(of frame: Digest, below limit: UInt8 = .max) -> [FrameLocation] {
        var lacking = LackingFrames()
        return chain(of: frame, below: limit, &lacking)
    }

    private func chain(of frame: Digest, below limit: UInt8, _ lacking: inout LackingFrames) -> [FrameLocation] {
        if lacking.contains(frame, below: limit) { return [] }
        for copy in copies(of: frame, below: limit) {
            guard let base = copy.base else { return [copy] }
            let rest = chain(of: base, below: copy.entry.depth, &lacking)
            if !rest.isEmpty { return [copy] + rest }
        }
        lacking.insert(frame, below: limit)
        return []
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

    /// Returns whether the remote has something that finds an object without the indexes.
    func hasObjectIndex(_ oid: Digest) async throws(RemoteError) -> Bool {
        try await listing.has(StoreLayout.objectIndex(oid))
    }

    /// Returns whether a root was there when the packs were, so that collection has kept what it names.
    ///
    /// It may have come up between the tombs and the packs, which takes nothing away from it unless a day passed
    /// meanwhile.
    func hasRoot(_ root: RootRecord) async throws(RemoteError) -> Bool {
        guard try await listing.has(StoreLayout.root(root.id)) else { return false }
        return ContinuousClock.now - start < RemoteInventory.moment
    }

    /// Returns the objects that were taken away from the store for good.
    func purged() async throws(RemoteError) -> Set<Digest> {
        Set(try await listing.files(in: StoreLayout.purged).compactMap { Digest(hex: $0.name) })
    }

    /// The names that no new pack may have: whatever is there in any way could vanish at any moment.
    var takenNames: Set<Digest> { tombs.union(packs.keys) }
}
