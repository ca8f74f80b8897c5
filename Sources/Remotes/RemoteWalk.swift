import Codec
import ModelCore
import Store
import SystemIO

/// Walks an object's closure through a remote's indexes alone, for a remote whose object indexes are missing or out of date.
struct RemoteWalk {
    private let source: RemoteStore
    private let local: LocalStore
    private let indexes: IndexSet

    init(source: RemoteStore, local: LocalStore, indexes: IndexSet) {
        self.source = source
        self.local = local
        self.indexes = indexes
    }

    /// Returns what is to be fetched, or `nil` where the remote does not have all of it.
    func run(_ pointer: Pointer) async throws -> RemoteClosure.Found? {
        var found = RemoteClosure.Found()
        for pack in indexes.packList { found.packs[pack.id] = pack }
        guard let frames = try await add(pointer.oid, to: &found) else { return nil }
        guard pointer.kind == .tree else { return found }
        var bytes: [UInt8] = []
        for frame in frames { bytes += try await self.bytes(of: frame) }
        let listing = try TreeListing(parsing: bytes)
        var visited = Set<Digest>()
        for entry in listing.entries where entry.size > 0 && visited.insert(entry.digest).inserted {
            guard try await add(entry.digest, to: &found) != nil else { return nil }
        }
        return found
    }

    /// Adds one object and returns its frames in order.
    private func add(_ oid: Digest, to found: inout RemoteClosure.Found) async throws -> [Digest]? {
        if oid == LocalStore.emptyObject { return [] }
        if want(oid, in: &found) { return [oid] }
        for entry in indexes.entries(of: oid, kind: .manifest) {
            var candidate = found
            guard let frames = try await frames(of: entry, adding: &candidate) else { continue }
            candidate.objects.append(entry)
            found = candidate
            return frames
        }
        return nil
    }

    private func frames(of entry: ObjectEntry, adding found: inout RemoteClosure.Found) async throws -> [Digest]? {
        guard want(entry.frame, in: &found) else { return nil }
        let bytes = try await bytes(of: entry.frame)
        let manifest = try bytes.withUnsafeBytes { try Manifest(parsing: $0) }
        var segments: [Segment] = []
        switch manifest.content {
        case .segments(let all): segments = all
        case .parts(let parts):
            for part in parts {
                guard want(part.frame.id, in: &found) else { return nil }
                let bytes = try await self.bytes(of: part.frame.id)
                segments += try bytes.withUnsafeBytes { try Manifest.segments(ofPart: $0, covering: part.byteCount) }
            }
        }
        var frames: [Digest] = []
        for case .frames(let references) in segments.map(\.content) {
            for reference in references {
                guard want(reference.id, in: &found) else { return nil }
                frames.append(reference.id)
            }
        }
        return frames
    }

    /// Notes a frame to fetch unless it is here; `false` where it is nowhere.
    private func want(_ frame: Digest, in found: inout RemoteClosure.Found) -> Bool {
        if local.indexes.contains(frame) { return true }
        guard let copy = indexes.copies(of: frame).first else { return false }
        if found.wanted.insert(frame).inserted { found.frames.append(copy) }
        return true
    }

    private func bytes(of frame: Digest) async throws -> [UInt8] {
        if let copy = local.indexes.copies(of: frame).first {
            var reader = FrameReader(local)
            return try reader.bytes(of: FrameReference(id: frame, byteCount: Int(copy.entry.rawLength)), of: frame)
        }
        guard let copy = indexes.copies(of: frame).first else {
            throw RemoteError.incomplete(source.remote.name, objects: [frame])
        }
        let file = StoreLayout.pack(copy.pack)
        let start = Int(copy.entry.offset)
        let record = try await source.remote.read(file, range: start..<(start + copy.entry.recordLength))
        do {
            return try record.withUnsafeBytes { buffer in
                let (record, stored) = try PackDecoding.record(in: buffer)
                return try PackDecoding.bytes(of: record, stored: stored)
            }
        } catch { throw RemoteError.wrongContent(source.remote.name, file: file, problem: "\(error)") }
    }
}
