import ModelCore
import Store

/// What a store in a remote consists of, as collection has to look at it: tombs, then roots, then indexes, then packs
/// (`docs/decisions/0002-lock-free-gc.md`, G4).
struct RemoteSurvey: Sendable {
    /// A root and what is known of its file.
    struct Root: Sendable {
        /// The path in the store.
        let file: String
        let record: RootRecord
        /// When it was written, in ns.
        let modified: Int64
    }

    /// When each pack was buried, in ns.
    let tombs: [Digest: Int64]
    let roots: [Root]
    let indexes: IndexSet
    /// The packs that are there.
    let packs: [Digest: RemoteFile]
    /// The objects that were taken away for good.
    let purged: Set<Digest>

    /// Looks at a store; refuses where an index or a root cannot be read, for what it says may be all that keeps
    /// something alive.
    init(of source: RemoteStore) async throws {
        let remote = source.remote
        tombs = try await RemoteSurvey.times(of: remote.list("tomb"), in: remote)
        roots = try await RemoteSurvey.roots(in: source)
        indexes = try await source.indexes()
        try source.requireEvery(indexes)
        let files = try await remote.list("packs")
        packs = Dictionary(
            files.compactMap { file in StoreLayout.digest(inName: file.name).map { ($0, file) } },
            uniquingKeysWith: { first, _ in first }
        )
        purged = Set(try await remote.list(StoreLayout.purged).compactMap { Digest(hex: $0.name) })
    }

    private static func times(of files: [RemoteFile], in remote: any Remote) throws(RemoteError) -> [Digest: Int64] {
        var times: [Digest: Int64] = [:]
        for file in files {
            guard let id = Digest(hex: file.name) else { continue }
            guard let modified = file.modified else { throw .ageless(remote.name) }
            times[id] = modified
        }
        return times
    }

    private static func roots(in source: RemoteStore) async throws -> [Root] {
        var roots: [Root] = []
        for listed in try await source.remote.list("roots").sorted(by: { $0.path < $1.path }) {
            guard let id = Digest(hex: listed.name) else { continue }
            guard let modified = listed.modified else { throw RemoteError.ageless(source.remote.name) }
            roots.append(Root(file: StoreLayout.root(id), record: try await source.root(id), modified: modified))
        }
        return roots
    }

    /// Returns the copy of a frame that keeps it alive, where that is of less depth than `limit`: one that stays, with
    /// all that it decodes against, else one that is buried.
    func copy(of frame: Digest, below limit: UInt8) -> FrameLocation? {
        let copies = indexes.copies(of: frame).filter { $0.entry.depth < limit && isWhole($0.pack) }
        return decodable(copies) { tombs[$0] == nil }.first ?? decodable(copies) { _ in true }.first
    }

    /// Returns whether a copy of a frame, with all that it decodes against, is neither buried nor in some packs.
    func has(_ frame: Digest, without packs: Set<Digest>) -> Bool {
        !copies(of: frame, below: .max, without: packs).isEmpty
    }

    /// Returns the copies of a frame of less depth than `limit` that, with all that they decode against, are neither
    /// buried nor in some packs.
    func copies(of frame: Digest, below limit: UInt8, without packs: Set<Digest>) -> [FrameLocation] {
        decodable(indexes.copies(of: frame).filter { $0.entry.depth < limit && isWhole($0.pack) }) {
            tombs[$0] == nil && !packs.contains($0)
        }
    }

    /// Returns those of some copies that, with all that they decode against, are in packs that count.
    private func decodable(_ copies: [FrameLocation], where counts: (Digest) -> Bool) -> [FrameLocation] {
        var lacking = LackingFrames()
        return copies.filter { isDecodable($0, &lacking, where: counts) }
    }

    private func isDecodable(
        _ copy: FrameLocation,
        _ lacking: inout LackingFrames,
        where counts: (Digest) -> Bool
    ) -> Bool {
        guard counts(copy.pack) else { return false }
        guard let base = copy.base else { return true }
        let limit = copy.entry.depth
        guard !lacking.contains(base, below: limit) else { return false }
        for other in indexes.copies(of: base) where other.entry.depth < limit && isWhole(other.pack) {
            if isDecodable(other, &lacking, where: counts) { return true }
        }
        lacking.insert(base, below: limit)
        return false
    }

    /// A pack that is not as large as it was written has lost something.
    private func isWhole(_ pack: Digest) -> Bool {
        guard let file = packs[pack] else { return false }
        return indexes.pack(pack).map { Int64($0.size) } == file.size
    }
}
