import ModelCore
import Store

/// What of a store in a remote its roots need.
struct RemoteMark: Sendable {
    /// The objects that roots name, as what they were found to be.
    private(set) var pointers: [Pointer] = []
    /// The frames that are parts of objects; the others are only what those decode against.
    private(set) var own: Set<Digest> = []
    /// The copies of frames that are to stay.
    private(set) var frames: [FrameCopy: FrameLocation] = [:]
    /// What rebuilds each object that a root names.
    private(set) var closures: [Digest: RemoteClosure.Found] = [:]

    /// Marks what the roots of a survey name, but for some objects; `known` tells of some whether they are files or
    /// trees.
    ///
    /// Refuses where a root names an object that is not all there (G8), unless that was purged, or one that this
    /// version does not understand.
    init(
        _ survey: RemoteSurvey,
        of source: RemoteStore,
        local: LocalStore,
        known: [Pointer],
        except ignored: Set<Digest> = []
    ) async throws {
        let walk = RemoteWalk(source: source, local: local, survey: survey)
        let kinds = Dictionary(grouping: known, by: \.oid).mapValues { Set($0.map(\.kind)) }
        for root in survey.roots {
            for oid in root.record.oids where closures[oid] == nil && !ignored.contains(oid) {
                if let (found, kind) = try await RemoteMark.closure(of: oid, kinds[oid] ?? [], by: walk) {
                    try add(found, of: Pointer(oid: oid, size: found.size(of: oid), kind: kind), in: source)
                } else if !survey.purged.contains(oid) {
                    throw RemoteError.unfinished(source.remote.name, root: root.record, object: oid)
                }
            }
        }
    }

    /// A root names objects only: what is a listing is a tree, and may be the file of that content as well.
    private static func closure(
        of oid: Digest,
        _ kinds: Set<ArtifactKind>,
        by walk: RemoteWalk
    ) async throws -> (found: RemoteClosure.Found, kind: ArtifactKind)? {
        var isTree = kinds.contains(.tree)
        if kinds.isEmpty { isTree = try await walk.beginsAsListing(oid) }
        if isTree {
            do {
                let tree = Pointer(oid: oid, size: 0, kind: .tree)
                if let found = try await walk.run(tree) { return (found, .tree) }
                // Its listing is there, its files are not.
                if kinds.contains(.tree) { return nil }
            } catch let error as RemoteError where error.isAboutMetadata && !kinds.contains(.tree) {
                // A file that only begins like a listing.
            }
        }
        return try await walk.run(Pointer(oid: oid, size: 0, kind: .file)).map { ($0, .file) }
    }

    /// Notes another way in which an object is whole.
    mutating func note(_ found: RemoteClosure.Found, of oid: Digest) { closures[oid] = found }

    private mutating func add(
        _ found: RemoteClosure.Found,
        of pointer: Pointer,
        in source: RemoteStore
    ) throws(RemoteError) {
        for frame in found.frames {
            guard frame.entry.isUnderstood else {
                let file = StoreLayout.pack(frame.pack)
                throw .needsNewerVersion(source.remote.name, file: file, "codec \(frame.entry.codec)")
            }
            frames[FrameCopy(frame)] = frame
        }
        closures[pointer.oid] = found
        pointers.append(pointer)
        own.formUnion(found.own)
    }
}

extension RemoteClosure.Found {
    /// Returns the size of the object of that name in bytes.
    fileprivate func size(of oid: Digest) -> Int64 {
        if let manifest = objects.first(where: { $0.oid == oid && $0.kind == .manifest }) { return manifest.size }
        return frames.first { $0.entry.id == oid }.map { Int64($0.entry.rawLength) } ?? 0
    }
}
