import ModelCore
import Store

/// What of a store in a remote its roots need.
struct RemoteMark: Sendable {
    /// The copies of frames that are to stay.
    private(set) var frames: [FrameCopy: FrameLocation] = [:]
    /// What rebuilds each object that a root names.
    private(set) var closures: [Digest: RemoteClosure.Found] = [:]

    /// Marks what the roots of a survey name; `known` tells of some objects whether they are files or trees.
    ///
    /// Refuses where a root names an object that is not all there (G8), or one that this version does not understand.
    init(_ survey: RemoteSurvey, of source: RemoteStore, local: LocalStore, known: [Pointer]) async throws {
        let walk = RemoteWalk(source: source, local: local, survey: survey)
        let kinds = Dictionary(grouping: known, by: \.oid).mapValues { Set($0.map(\.kind)) }
        for root in survey.roots {
            for oid in root.record.oids where closures[oid] == nil && !survey.purged.contains(oid) {
                guard let found = try await RemoteMark.closure(of: oid, kinds[oid] ?? [], by: walk) else {
                    throw RemoteError.unfinished(source.remote.name, root: root.record, object: oid)
                }
                try add(found, of: oid, in: source)
            }
        }
    }

    /// A root names objects only: what is a listing is a tree, and may be the file of that content as well.
    private static func closure(
        of oid: Digest,
        _ kinds: Set<ArtifactKind>,
        by walk: RemoteWalk
    ) async throws -> RemoteClosure.Found? {
        var isTree = kinds.contains(.tree)
        if kinds.isEmpty { isTree = try await walk.beginsAsListing(oid) }
        if isTree {
            do {
                let tree = Pointer(oid: oid, size: 0, kind: .tree)
                if let found = try await walk.run(tree) { return found }
                // Its listing is there, its files are not.
                if kinds.contains(.tree) { return nil }
            } catch let error as RemoteError where error.isAboutMetadata && !kinds.contains(.tree) {
                // A file that only begins like a listing.
            }
        }
        return try await walk.run(Pointer(oid: oid, size: 0, kind: .file))
    }

    private mutating func add(_ found: RemoteClosure.Found, of oid: Digest, in source: RemoteStore) throws(RemoteError)
    {
        for frame in found.frames {
            guard frame.entry.isUnderstood else {
                let file = StoreLayout.pack(frame.pack)
                throw .needsNewerVersion(source.remote.name, file: file, "codec \(frame.entry.codec)")
            }
            frames[FrameCopy(frame)] = frame
        }
        closures[oid] = found
    }
}
