import Codec
import ModelCore
import Store
import SystemIO

/// Walks an object's closure through a remote's indexes alone, for a remote whose object indexes are missing or out of
/// date.
struct RemoteWalk {
    private let source: RemoteStore
    private let local: LocalStore
    private let indexes: IndexSet
    private let refused: Set<ObjectEntry>
    private let isHere: (Digest, UInt8) throws -> Bool
    private let copies: (Digest, UInt8) -> [FrameLocation]
    private let reach: Reach
    /// Whether the pointers tell how large their files are; a root names objects only.
    private let knowsSizes: Bool

    /// What counts beside the frames of the remote.
    enum Reach {
        /// Nothing: the remote itself has the object.
        case remote
        /// What is here of an object that the remote may never have had: its manifest, and differences whose bases are
        /// missing.
        case remoteAndStore
    }

    private init(
        source: RemoteStore,
        local: LocalStore,
        indexes: IndexSet,
        copies: @escaping (Digest, UInt8) -> [FrameLocation],
        refused: Set<ObjectEntry> = [],
        isHere: @escaping (Digest, UInt8) throws -> Bool = { _, _ in false },
        reach: Reach = .remote,
        knowsSizes: Bool = false
    ) {
        self.source = source
        self.local = local
        self.indexes = indexes
        self.copies = copies
        self.refused = refused
        self.isHere = isHere
        self.reach = reach
        self.knowsSizes = knowsSizes
    }

    /// Creates a walk that finds what is to be fetched, without packs and manifests that turned out to be of no use.
    ///
    /// Of frames that decode after fewer than so many others, `isHere` says which need not come.
    init(
        source: RemoteStore,
        local: LocalStore,
        indexes: IndexSet,
        avoiding useless: Useless = Useless(),
        isHere: @escaping (Digest, UInt8) throws -> Bool,
        reach: Reach = .remote
    ) {
        self.init(
            source: source,
            local: local,
            indexes: indexes,
            copies: { frame, limit in
                indexes.copies(of: frame).filter { $0.entry.depth < limit && !useless.packs.contains($0.pack) }
            },
            refused: useless.manifests,
            isHere: isHere,
            reach: reach,
            knowsSizes: true
        )
    }

    /// Creates a walk that finds whether the remote has an object whole, whatever is here.
    init(source: RemoteStore, local: LocalStore, inventory: RemoteInventory) {
        self.init(source: source, local: local, indexes: inventory.indexes, copies: inventory.copies)
    }

    /// Creates a walk that finds what keeps an object alive in the remote, be it buried.
    init(source: RemoteStore, local: LocalStore, survey: RemoteSurvey) {
        self.init(source: source, local: local, indexes: survey.indexes) { frame, limit in
            survey.copy(of: frame, below: limit).map { [$0] } ?? []
        }
    }

    /// Creates a walk that finds whether an object is whole without what is buried, and without some packs.
    init(source: RemoteStore, local: LocalStore, survey: RemoteSurvey, without packs: Set<Digest>) {
        self.init(source: source, local: local, indexes: survey.indexes) { frame, limit in
            survey.copies(of: frame, below: limit, without: packs)
        }
    }

    /// What a fetch found to be damaged or missing in a remote.
    struct Useless {
        var packs: Set<Digest> = []
        var manifests: Set<ObjectEntry> = []
    }

    /// Returns what is to be fetched, or `nil` where the remote does not have all of it.
    func run(_ pointer: Pointer) async throws -> RemoteClosure.Found? {
        let (found, rest) = try await run([pointer])
        return rest.isEmpty ? found : nil
    }

    /// Returns what is to be fetched, together, of those objects of which the remote has everything, and the others.
    func run(_ pointers: [Pointer]) async throws -> (found: RemoteClosure.Found, rest: [Pointer]) {
        var found = RemoteClosure.Found()
        var rest: [Pointer] = []
        for pointer in pointers {
            try addComparisons(of: pointer.oid, to: &found)
            if try await !add(pointer, to: &found) { rest.append(pointer) }
        }
        found.notePacks(indexes.pack)
        return (found, rest)
    }

    /// Returns the listing of a tree, of which nothing is stored; `nil` where the remote does not have all of it.
    func listing(of tree: Pointer) async throws -> TreeListing? {
        var found = RemoteClosure.Found()
        return try await listing(tree.oid, adding: &found)
    }

    private func add(_ pointer: Pointer, to found: inout RemoteClosure.Found) async throws -> Bool {
        guard pointer.kind == .tree else { return try await add(pointer.oid, size: pointer.size, to: &found) }
        guard let listing = try await listing(pointer.oid, adding: &found) else { return false }
        var visited = Set<Digest>()
        for entry in listing.entries where entry.size > 0 && visited.insert(entry.digest).inserted {
            guard try await add(entry.digest, size: entry.size, to: &found) else { return false }
        }
        return true
    }

    /// Adds the comparisons with earlier versions that are there; nothing needs them.
    private func addComparisons(of oid: Digest, to found: inout RemoteClosure.Found) throws {
        for entry in indexes.entries(of: oid, kind: .comparison) where !refused.contains(entry) {
            if try want(entry.frame, in: &found) { found.objects.append(entry) }
        }
    }

    /// Adds one object; `false` where it is not all there.
    private func add(_ oid: Digest, size: Int64, to found: inout RemoteClosure.Found) async throws -> Bool {
        if oid == LocalStore.emptyObject { return true }
        if try want(oid, in: &found) { return true }
        var failure: RemoteError?
        for entry in entries(of: oid) {
            guard !knowsSizes || entry.size == size else {
                // Whoever wants the object did not ask for as much.
                let problem = "it is of \(entry.size) bytes, where \(size) are expected"
                let file = "manifest \(entry.frame.abbreviated)"
                failure = .wrongContent(source.remote.name, file: file, problem: problem)
                continue
            }
            var candidate = found
            do {
                guard try await frames(of: entry, adding: &candidate) != nil else { continue }
                found = candidate
                return true
            } catch let error as RemoteError where error.isAboutMetadata { failure = error }
        }
        if let failure { throw failure }
        return false
    }

    /// Reads a tree's listing, adding what it is made of.
    private func listing(_ oid: Digest, adding found: inout RemoteClosure.Found) async throws -> TreeListing? {
        if try want(oid, in: &found) { return try await listing(oid, of: [oid]) }
        var failure: RemoteError?
        for entry in entries(of: oid) {
            var candidate = found
            do {
                guard let frames = try await frames(of: entry, adding: &candidate),
                    let listing = try await listing(oid, of: frames)
                else { continue }
                found = candidate
                return listing
            } catch let error as RemoteError where error.isAboutMetadata { failure = error }
        }
        if let failure { throw failure }
        return nil
    }

    private func listing(_ oid: Digest, of frames: [Digest]) async throws -> TreeListing? {
        let name = "listing \(oid.abbreviated)"
        var bytes: [UInt8] = []
        for frame in frames {
            bytes += try await self.bytes(of: frame)
            // A frame that a manifest repeats is small, however long what it makes.
            try parse(name) { () throws(FormatError) in try TreeListing.requireLength(Int64(bytes.count)) }
        }
        guard SHA256.digest(of: bytes) == oid else { return nil }
        return try parse(name) { () throws(FormatError) in try TreeListing(parsing: bytes) }
    }

    /// Returns whether an object's bytes begin as those of a tree's listing do.
    func beginsAsListing(_ oid: Digest) async throws -> Bool {
        var first: Digest? = copies(oid, .max).isEmpty ? nil : oid
        for entry in entries(of: oid) where first == nil {
            var found = RemoteClosure.Found()
            first = try await frames(of: entry, adding: &found)?.first
        }
        // No listing is ever stored as a difference.
        guard let first, let copy = copies(first, .max).first, copy.base == nil else { return false }
        return try await bytes(of: first).starts(with: TreeListing.firstLine.utf8)
    }

    private func entries(of oid: Digest) -> [ObjectEntry] {
        let here = reach == .remote ? [] : local.entries(of: oid, kind: .manifest)
        return (indexes.entries(of: oid, kind: .manifest) + here).filter { !refused.contains($0) }
    }

    /// Returns every frame that indexes list of an object, or of the files of a tree, by any of its manifests that is
    /// there.
    func everyFrame(of pointer: Pointer) async throws -> Set<Digest> {
        var frames: Set<Digest> = []
        try await addFrames(of: pointer.oid, to: &frames)
        var found = RemoteClosure.Found()
        guard pointer.kind == .tree, let listing = try await listing(pointer.oid, adding: &found) else {
            return frames.filter(indexes.contains)
        }
        for oid in Set(listing.entries.map(\.digest)) { try await addFrames(of: oid, to: &frames) }
        return frames.filter(indexes.contains)
    }

    private func addFrames(of oid: Digest, to frames: inout Set<Digest>) async throws {
        if indexes.contains(oid) { frames.insert(oid) }
        for entry in entries(of: oid) {
            frames.insert(entry.frame)
            guard let content = try await content(of: entry) else { continue }
            frames.formUnion(content.metadata + content.frames)
        }
        for entry in indexes.entries(of: oid, kind: .comparison) { frames.insert(entry.frame) }
    }

    /// Returns an object's frames by one of its manifests, or `nil` where some are nowhere or the manifest is another
    /// object's.
    private func frames(of entry: ObjectEntry, adding found: inout RemoteClosure.Found) async throws -> [Digest]? {
        guard try want(entry.frame, in: &found), let content = try await content(of: entry) else { return nil }
        for frame in content.metadata + content.frames where try !want(frame, in: &found) { return nil }
        found.objects.append(entry)
        return content.frames
    }

    /// Reads what a manifest names: the frames of its parts and those of the object; `nil` where it is not all there,
    /// or another object's.
    private func content(of entry: ObjectEntry) async throws -> (metadata: [Digest], frames: [Digest])? {
        guard try isThere(entry.frame) else { return nil }
        let name = "manifest \(entry.frame.abbreviated)"
        let bytes = try await bytes(of: entry.frame)
        let manifest = try parse(name, bytes) { buffer throws(FormatError) in try Manifest(parsing: buffer) }
        guard manifest.oid == entry.oid, manifest.size == entry.size else { return nil }
        var segments: [Segment] = []
        var metadata: [Digest] = []
        switch manifest.content {
        case .segments(let all): segments = all
        case .parts(let parts):
            var list = SegmentList()
            for part in parts {
                guard try isThere(part.frame.id) else { return nil }
                metadata.append(part.frame.id)
                let bytes = try await self.bytes(of: part.frame.id)
                try parse(name, bytes) { buffer throws(FormatError) in
                    try list.append(part: buffer, covering: part.byteCount)
                }
            }
            segments = list.segments
        }
        var frames: [Digest] = []
        for case .frames(let references) in segments.map(\.content) { frames += references.map(\.id) }
        return (metadata, frames)
    }

    /// Whether the bytes of a frame that is no difference can be read, here or in the remote.
    private func isThere(_ frame: Digest) throws -> Bool { try !copies(frame, .max).isEmpty || local.hasFrame(frame) }

    /// Notes a frame to fetch unless it is here; `false` where it, or what it decodes against, is nowhere.
    private func want(_ frame: Digest, in found: inout RemoteClosure.Found) throws -> Bool {
        if try found.want(frame, unless: isHere, from: copies) { return true }
        guard reach == .remoteAndStore else { return false }
        var lacking = LackingFrames()
        return try wantBase(of: frame, below: .max, in: &found, &lacking)
    }

    /// Notes what a difference lacks that is here.
    private func wantBase(
        of frame: Digest,
        below limit: UInt8,
        in found: inout RemoteClosure.Found,
        _ lacking: inout LackingFrames
    ) throws -> Bool {
        if lacking.contains(frame, below: limit) { return false }
        for own in try local.presentCopies(of: frame) where own.entry.depth < limit {
            guard let base = own.base else { continue }
            if try found.want(base, below: own.entry.depth, isOwn: false, unless: isHere, from: copies) { return true }
            if try wantBase(of: base, below: own.entry.depth, in: &found, &lacking) { return true }
        }
        lacking.insert(frame, below: limit)
        return false
    }

    private func bytes(of frame: Digest) async throws -> [UInt8] {
        if try local.hasFrame(frame), let copy = try local.presentCopies(of: frame).first {
            var reader = FrameReader(local)
            return try reader.bytes(of: FrameReference(id: frame, byteCount: Int(copy.entry.rawLength)), of: frame)
        }
        guard let copy = copies(frame, .max).first else {
            throw RemoteError.incomplete(source.remote.name, objects: [frame])
        }
        let file = StoreLayout.pack(copy.pack)
        let start = Int(copy.entry.offset)
        let record = try await source.remote.read(file, range: start..<(start + copy.entry.recordLength))
        return try parse(file, record) { buffer throws(FormatError) in
            let (record, stored) = try PackDecoding.record(in: buffer)
            guard record.id == frame else {
                throw FormatError("pack", .malformed("frame \(frame.abbreviated) is not where the index says"))
            }
            return try PackDecoding.bytes(of: record, stored: stored)
        }
    }

    private func parse<Value>(
        _ file: String,
        _ bytes: [UInt8],
        _ body: (UnsafeRawBufferPointer) throws(FormatError) -> Value
    ) throws(RemoteError) -> Value {
        try parse(file) { () throws(FormatError) in
            try bytes.withUnsafeBytes { buffer in Result { () throws(FormatError) in try body(buffer) } }.get()
        }
    }

    private func parse<Value>(_ file: String, _ body: () throws(FormatError) -> Value) throws(RemoteError) -> Value {
        do throws(FormatError) { return try body() } catch { throw RemoteError(source.remote.name, file, error) }
    }
}
