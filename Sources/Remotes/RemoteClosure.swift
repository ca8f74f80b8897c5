import ModelCore
import Store
import SystemIO

/// Finds in a remote what the local store lacks of an object.
struct RemoteClosure {
    /// What there is to fetch.
    struct Found: Sendable {
        /// A copy in the remote of each frame that is not here.
        var frames: [FrameLocation] = []
        /// The packs of those copies.
        var packs: [Digest: IndexContents.Pack] = [:]
        /// The entries of the objects' manifests, here or not.
        var objects: [ObjectEntry] = []
        /// The names of `frames`.
        var wanted: Set<Digest> = []

        /// The bytes that the frames take in packs.
        var byteCount: Int64 { frames.reduce(0) { $0 + Int64($1.entry.recordLength) } }
    }

    let source: RemoteStore
    let local: LocalStore

    /// Looks into the object index of what `pointer` names; `nil` where the remote has none.
    func hint(_ pointer: Pointer) async throws -> Found? {
        guard let index = try await source.objectIndex(pointer.oid) else { return nil }
        var found = Found()
        for pack in index.packs { found.packs[pack.id] = pack }
        for position in 0..<index.frameCount {
            guard let frame = index.frame(at: position), try local.presentCopies(of: frame.entry.id).isEmpty else {
                continue
            }
            if found.wanted.insert(frame.entry.id).inserted { found.frames.append(frame) }
        }
        for position in 0..<index.objectCount {
            let object = index.object(at: position)
            if object.kind == .manifest { found.objects.append(object) }
        }
        return found
    }

    /// Looks through all indexes of the remote, reading manifests and listings there; `nil` where the object is not whole.
    func search(_ pointer: Pointer, avoiding useless: RemoteWalk.Useless = .init()) async throws -> Found? {
        let indexes = try await source.indexes()
        let walk = RemoteWalk(source: source, local: local, indexes: indexes, avoiding: useless)
        if let found = try await walk.run(pointer) { return found }
        try source.requireEvery(indexes)
        return nil
    }
}
