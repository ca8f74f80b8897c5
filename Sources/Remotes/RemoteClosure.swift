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
        private var lacking = LackingFrames()

        /// What is known of a frame to fetch.
        private struct Note {
            var depth: UInt8
            /// Whether it is part of an object, and not only what others decode against.
            var isOwn: Bool
        }

        /// The frames to fetch that are parts of objects; the others are only what those decode against.
        var own: some Sequence<Digest> { noted.lazy.filter(\.value.isOwn).map(\.key) }

        /// Whether a frame is among those to fetch.
        func has(_ frame: Digest) -> Bool { noted[frame] != nil }

        /// The frames to fetch, with the lengths that they have once decoded.
        var wanted: Set<FrameReference> {
            Set(frames.map { FrameReference(id: $0.entry.id, byteCount: Int($0.entry.rawLength)) })
        }

        /// The bytes that the frames take in packs.
        var byteCount: Int64 { frames.reduce(0) { $0 + Int64($1.entry.recordLength) } }

        /// Notes a frame to fetch, and what it decodes against, unless it is here; `false` where it is nowhere.
        ///
        /// `limit` is the depth that a copy has to be below; both closures take it beside the frame. Copies are tried
        /// in turn, for what one decodes against may be gone.
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
            if lacking.contains(frame, below: limit) { return false }
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
            lacking.insert(frame, below: limit)
            return false
        }

        /// Notes what is known of the packs of the frames to fetch, and of no others, for a remote may have very many.
        mutating func notePacks(_ pack: (Digest) -> IndexContents.Pack?) {
            for frame in frames where packs[frame.pack] == nil { packs[frame.pack] = pack(frame.pack) }
        }
    }

    let source: RemoteStore
    let local: LocalStore
    /// Frames that count as being here, and how many have to be decoded before each, for a look at what would come.
    private var expected: [Digest: UInt8] = [:]

    /// Creates a look into `source`.
    init(source: RemoteStore, local: LocalStore) {
        self.source = source
        self.local = local
    }

    /// Counts frames as being here from now on.
    mutating func expect(_ frames: some Sequence<(id: Digest, depth: UInt8)>) {
        for frame in frames { expected[frame.id] = min(expected[frame.id] ?? .max, frame.depth) }
    }

    private func isHere(_ frame: Digest, below limit: UInt8) throws -> Bool {
        if let depth = expected[frame], depth < limit { return true }
        return try local.hasFrame(frame, below: limit)
    }

    /// Looks into the object index of a tree for some of its files, which have none of their own, and returns those it
    /// lacks, too.
    func hint(_ files: [Pointer], in index: IndexFile) async throws -> (found: Found, rest: [Pointer]) {
        try await walk(through: IndexSet([index]), avoiding: .init(), reach: .remote).run(files)
    }

    /// Looks into the object index of what `pointer` names; `nil` where the remote has none.
    ///
    /// Manifests of other sizes than the pointer's are left out: whoever wants the object did not ask for as much.
    func hint(_ pointer: Pointer) async throws -> Found? {
        guard let index = try await source.objectIndex(pointer.oid) else { return nil }
        let frames = (0..<index.frameCount).compactMap(index.frame)
        let bases = Set(frames.compactMap(\.base))
        var found = Found()
        for frame in frames where !bases.contains(frame.entry.id) {
            // One that is not listed whole is for the search to find elsewhere.
            guard try found.want(frame.entry.id, unless: isHere, from: index.copies) else { return nil }
        }
        let rest = try frames.map(\.entry.id).filter { frame in
            try bases.contains(frame) && !found.has(frame) && !isHere(frame, below: .max)
        }
        // What decodes against these is here: only the manifests tell whether they are the object's own.
        if !rest.isEmpty {
            let walk = walk(through: IndexSet([index]), avoiding: .init(), reach: .remote)
            if let found = try await walk.run(pointer) { return found }
        }
        for frame in rest {
            guard try found.want(frame, unless: isHere, from: index.copies) else { return nil }
        }
        found.notePacks(index.pack)
        let objects = (0..<index.objectCount).map(index.object)
        let manifests = objects.filter { $0.kind == .manifest }
        found.objects = manifests.filter(pointer.mayName)
        // The search says what is wrong with the others.
        if found.objects.isEmpty, !manifests.isEmpty { return nil }
        found.objects += objects.filter { $0.kind == .comparison }
        return found
    }

    /// Looks through all indexes of the remote, reading manifests and listings there; `nil` where the object is not
    /// whole.
    func search(
        _ pointer: Pointer,
        avoiding useless: RemoteWalk.Useless = .init(),
        reach: RemoteWalk.Reach = .remote
    ) async throws -> Found? {
        let indexes = try await source.indexes()
        if let found = try await walk(through: indexes, avoiding: useless, reach: reach).run(pointer) { return found }
        try source.requireEvery(indexes)
        return nil
    }

    private func walk(
        through indexes: IndexSet,
        avoiding useless: RemoteWalk.Useless,
        reach: RemoteWalk.Reach
    ) -> RemoteWalk {
        RemoteWalk(
            source: source,
            local: local,
            indexes: indexes,
            avoiding: useless,
            isHere: isHere,
            reach: reach
        )
    }

    /// Looks for single frames that an object lacks which is known here, and which the remote need not have; `nil`
    /// where it lacks any.
    func searchRest(_ pointer: Pointer) async throws -> Found? {
        // Of what is unknown here, nothing is left to complete, and the remote is not asked again.
        let isKnown =
            !local.entries(of: pointer.oid, kind: .manifest).isEmpty || !local.listedCopies(of: pointer.oid).isEmpty
        return isKnown ? try await search(pointer, reach: .remoteAndStore) : nil
    }
}

extension Pointer {
    /// Whether a manifest may be one of what the pointer names; of a tree, it says only how large all the files are
    /// together.
    fileprivate func mayName(_ manifest: ObjectEntry) -> Bool {
        switch kind {
        case .file: manifest.size == size
        case .tree: manifest.size <= max(size, TreeListing.maximumByteCount)
        }
    }
}

extension IndexFile {
    /// Returns the copies of a frame of less depth than `limit`, those of least depth first.
    fileprivate func copies(of frame: Digest, below limit: UInt8) -> [FrameLocation] {
        copies(of: frame).filter { $0.entry.depth < limit }.sorted { $0.entry.depth < $1.entry.depth }
    }
}
