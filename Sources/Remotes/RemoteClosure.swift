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
        private(set) var packs: [Digest: IndexContents.Pack] = [:]
        /// The entries of the objects' manifests and comparisons, here or not.
        var objects: [ObjectEntry] = []
        private var noted: [Digest: Note] = [:]

        /// What is known of a frame to fetch.
        private struct Note {
            var depth: UInt8
            /// Whether it is part of an object, and not only what others decode against.
            var isOwn: Bool
        }

        /// The frames to fetch that are parts of objects; the others are only what those decode against.
        var own: some Sequence<Digest> { noted.lazy.filter(\.value.isOwn).map(\.key) }

        /// The bytes that the frames take in packs.
        var byteCount: Int64 { frames.reduce(0) { $0 + Int64($1.entry.recordLength) } }

        /// Notes a frame to fetch, and what it decodes against, unless it is here; `false` where it is nowhere.
        ///
        /// `limit` is the depth that a copy has to be below; both closures take it beside the frame. Copies are tried in turn, for
        /// what one decodes against may be gone.
        mutating func want(
            _ frame: Digest,
            below limit: UInt8 = .max,
            isOwn: Bool = true,
            unless isHere: (Digest, UInt8) throws -> Bool,
            from copies: (Digest, UInt8) -> [FrameLocation]
        ) rethrows -> Bool {
            if let note = noted[frame], note.depth < limit {
                if isOwn, !note.isOwn { noted[frame]?.isOwn = true }
                return true
            }
            if try isHere(frame, limit) { return true }
            for copy in copies(frame, limit) {
                if let base = copy.base {
                    let depth = copy.entry.depth
                    guard try want(base, below: depth, isOwn: false, unless: isHere, from: copies) else { continue }
                }
                noted[frame] = Note(depth: copy.entry.depth, isOwn: isOwn || noted[frame]?.isOwn == true)
                frames.append(copy)
                return true
            }
            return false
        }

        /// Notes what is known of the packs of the frames to fetch, and of no others, for a remote may have very many.
        mutating func notePacks(_ pack: (Digest) -> IndexContents.Pack?) {
            for frame in frames where packs[frame.pack] == nil { packs[frame.pack] = pack(frame.pack) }
        }
    }

    let source: RemoteStore
    let local: LocalStore
    /// The tree that the objects are files of, which have no object index of their own; `nil` where pointers name them.
    var tree: Pointer?

    /// Looks into the object index of what `pointer` names, or of the tree that it is a file of; `nil` where the remote has none.
    func hint(_ pointer: Pointer) async throws -> Found? {
        guard let index = try await source.objectIndex((tree ?? pointer).oid) else { return nil }
        guard tree == nil else {
            let walk = RemoteWalk(source: source, local: local, indexes: IndexSet([index]), avoiding: .init())
            return try await walk.run(pointer)
        }
        var found = Found()
        for position in 0..<index.frameCount {
            guard let frame = index.frame(at: position) else { continue }
            // One that is not listed whole is for the search to find elsewhere.
            guard try found.want(frame.entry.id, unless: local.hasFrame, from: index.copies) else { return nil }
        }
        found.notePacks(index.pack)
        for position in 0..<index.objectCount {
            let object = index.object(at: position)
            if object.kind == .manifest || object.kind == .comparison { found.objects.append(object) }
        }
        return found
    }

    /// Looks through all indexes of the remote, reading manifests and listings there; `nil` where the object is not whole.
    func search(
        _ pointer: Pointer,
        avoiding useless: RemoteWalk.Useless = .init(),
        reach: RemoteWalk.Reach = .remote
    ) async throws -> Found? {
        let indexes = try await source.indexes()
        let walk = RemoteWalk(source: source, local: local, indexes: indexes, avoiding: useless, reach: reach)
        if let found = try await walk.run(pointer) { return found }
        try source.requireEvery(indexes)
        return nil
    }

    /// Looks for single frames that an object lacks which is known here, and which the remote need not have; `nil` where it lacks any.
    func searchRest(_ pointer: Pointer) async throws -> Found? {
        // Of what is unknown here, nothing is left to complete, and the remote is not asked again.
        let isKnown =
            !local.entries(of: pointer.oid, kind: .manifest).isEmpty || !local.listedCopies(of: pointer.oid).isEmpty
        return isKnown ? try await search(pointer, reach: .remoteAndStore) : nil
    }
}

extension IndexFile {
    /// Returns the copies of a frame of less depth than `limit`, those of least depth first.
    fileprivate func copies(of frame: Digest, below limit: UInt8) -> [FrameLocation] {
        copies(of: frame).filter { $0.entry.depth < limit }.sorted { $0.entry.depth < $1.entry.depth }
    }
}
