/// A repository's objects and references, read through libgit2 where it can, through `git` where it cannot.
///
/// What libgit2 does not find is asked of `git`, which fetches what a partial clone lacks. Safe to use from several
/// tasks at once; those that read through libgit2 take turns. Replacement references are not followed. libgit2 compares
/// each object with its id; `git` does not.
package struct GitObjects: Sendable {
    private let library: LibraryObjects?
    private let program: ProgramObjects

    /// The most bytes that a commit or tag may have.
    static let metadataLimit: Int64 = 16 << 20
    /// The most bytes that one tree may have.
    static let treeLimit: Int64 = 256 << 20

    init(library: LibraryObjects?, program: GitProgram) {
        self.library = library
        self.program = ProgramObjects(program: program)
    }

    /// Whether libgit2 could open the repository.
    package var usesLibrary: Bool { library != nil }

    private func ask<Answer: Sendable>(
        _ question: (any ObjectSource) async throws(GitError) -> Answer
    ) async throws(GitError) -> Answer {
        if let library {
            do {
                return try await question(library)
            } catch {
                switch error.kind {
                // The limit is the caller's; and `git` does not compare bytes with their hash, as libgit2 does.
                case .objectTooLarge, .corruptObject: throw error
                default: break
                }
            }
        }
        return try await question(program)
    }

    // MARK: Revisions

    /// Returns the commit that the revision names; `nil` when there is none.
    ///
    /// Throws `ambiguous` for the first digits of several ids.
    package func resolve(_ revision: String) async throws(GitError) -> GitObjectID? {
        try await resolve(revision, to: .commit)
    }

    /// Returns the object that the revision names, peeled to `kind` where one is given; `nil` when there is none.
    package func resolve(_ revision: String, to kind: GitObjectKind?) async throws(GitError) -> GitObjectID? {
        if let library, let id = try? library.resolve(revision, to: kind) { return id }
        return try await program.resolve(revision, to: kind)
    }

    /// Returns the full names of all references that a short name could mean, in the order in which Git prefers them.
    package func referenceNames(abbreviatedAs name: String) async throws(GitError) -> [String] {
        guard GitReferenceName.isValid(name, isAbbreviated: true) else { return [] }
        var found: [String] = []
        for full in ["refs/\(name)", "refs/tags/\(name)", "refs/heads/\(name)", "refs/remotes/\(name)"]
        where try await reference(full) != nil { found.append(full) }
        return found
    }

    /// Returns what HEAD says.
    package func head() async throws(GitError) -> GitHead {
        try await ask { (source) async throws(GitError) in try await source.head() }
    }

    /// Whether the first commit is the second or one of its ancestors.
    package func isAncestor(_ ancestor: GitObjectID, of descendant: GitObjectID) async throws(GitError) -> Bool {
        try await ask { (source) async throws(GitError) in try await source.isAncestor(ancestor, of: descendant) }
    }

    // MARK: Objects

    /// Returns objects in the order of `ids`; throws when one is missing or has more than `limit` bytes.
    package func objects(_ ids: [GitObjectID], limit: Int64) async throws(GitError) -> [GitObject] {
        try await ask { (source) async throws(GitError) in try await source.objects(ids, limit: limit) }
    }

    /// Returns a blob's bytes; throws `wrongObjectKind`, `objectNotFound` or `objectTooLarge`.
    package func blob(_ id: GitObjectID, limit: Int64) async throws(GitError) -> [UInt8] {
        try await blobs([id], limit: limit)[id] ?? []
    }

    /// Returns the bytes of several blobs at once, each at most `limit`; with `git`, one process reads them all.
    package func blobs(_ ids: some Sequence<GitObjectID>, limit: Int64) async throws(GitError) -> [GitObjectID: [UInt8]]
    {
        var result: [GitObjectID: [UInt8]] = [:]
        for object in try await objects(Array(Set(ids)), limit: limit) {
            try require(object, .blob)
            result[object.id] = object.bytes
        }
        return result
    }

    /// Returns the bytes of those blobs that have at most `limit` bytes; one that is larger keeps nobody from the
    /// others.
    package func smallBlobs(
        _ ids: some Sequence<GitObjectID>,
        limit: Int64
    ) async throws(GitError) -> [GitObjectID: [UInt8]] {
        var wanted = Set(ids)
        while true {
            do { return try await blobs(wanted, limit: limit) } catch {
                guard case .objectTooLarge(let id, _, _) = error.kind, wanted.remove(id) != nil else { throw error }
            }
        }
    }

    /// Returns a commit's details.
    package func commit(_ id: GitObjectID) async throws(GitError) -> GitCommit {
        guard let commit = try await commits([id]).first else {
            throw GitError(.objectNotFound(id), command: "git cat-file commit \(id)")
        }
        return commit
    }

    /// Returns the details of several commits, in their order.
    package func commits(_ ids: [GitObjectID]) async throws(GitError) -> [GitCommit] {
        var result: [GitCommit] = []
        for object in try await objects(ids, limit: GitObjects.metadataLimit) {
            try require(object, .commit)
            result.append(try GitObjectParser.commit(object))
        }
        return result
    }

    /// Returns what is no tag at the end of a chain of tag objects; the id itself when it is none.
    package func peel(_ id: GitObjectID) async throws(GitError) -> GitObjectID {
        guard let peeled = try await resolve("\(id)^{}", to: nil) else {
            throw GitError(.objectNotFound(id), command: "git rev-parse \(id)^{}")
        }
        return peeled
    }

    /// Returns the tree of a commit, of a tag of one, or the tree itself.
    package func tree(of id: GitObjectID) async throws(GitError) -> GitObjectID {
        guard let tree = try await resolve(id.hex, to: .tree) else {
            throw GitError(.objectNotFound(id), command: "git rev-parse \(id)^{tree}")
        }
        return tree
    }

    private func require(_ object: GitObject, _ kind: GitObjectKind) throws(GitError) {
        guard object.kind == kind else {
            throw GitError(
                .wrongObjectKind(object.id, object.kind),
                command: "git cat-file \(kind.rawValue) \(object.id)"
            )
        }
    }

    // MARK: Trees

    /// Returns the entries of a commit's or tree's files that the filter lets through, sorted by path bytes.
    package func entries(
        in id: GitObjectID,
        matching filter: GitTreeFilter
    ) async throws(GitError) -> [GitTreeEntry] {
        let tree = try await tree(of: id)
        return try await ask { (source) async throws(GitError) in
            try await source.entries(inTree: tree, matching: filter)
        }
    }

    /// Returns the entry at exactly that path of a commit or tree; `nil` when there is none.
    package func entry(at path: GitPath, in id: GitObjectID) async throws(GitError) -> GitTreeEntry? {
        try await entries(in: id, matching: .paths([path])).first
    }

    /// Returns the bytes of the file at that path of a commit or tree, at most `limit`; `nil` when there is no file.
    package func file(at path: GitPath, in id: GitObjectID, limit: Int64) async throws(GitError) -> [UInt8]? {
        guard let entry = try await entry(at: path, in: id), entry.mode.isFile else { return nil }
        return try await blob(entry.id, limit: limit)
    }

    // MARK: References

    /// Returns the references whose full names start with `prefix`, which itself starts with `refs/`, sorted by name.
    package func references(prefix: String) async throws(GitError) -> [GitReference] {
        guard prefix.hasPrefix("refs/"), !prefix.utf8.contains(where: { "*?[\\\0\n".utf8.contains($0) }) else {
            throw GitError(.invalidName(prefix), command: "git for-each-ref")
        }
        return try await ask { (source) async throws(GitError) in try await source.references(prefix: prefix) }
    }

    /// Returns the reference of exactly that full name; `nil` when there is none.
    package func reference(_ name: String) async throws(GitError) -> GitReference? {
        guard GitReferenceName.isValid(name) else { return nil }
        return try await ask { (source) async throws(GitError) in try await source.reference(name) }
    }

    /// Returns the tags whose names start with `prefix`, sorted by name, with what their objects say.
    package func tags(prefix: String = "") async throws(GitError) -> [GitTag] {
        let references = try await references(prefix: "refs/tags/" + prefix)
        let ids = references.filter(\.isAnnotated).map(\.objectID)
        let annotations = try await annotations(ids)
        return references.map { GitTag(reference: $0, annotation: annotations[$0.objectID]) }
    }

    /// Returns the tag of exactly that name, without `refs/tags/`; `nil` when there is none.
    package func tag(_ name: String) async throws(GitError) -> GitTag? {
        guard let reference = try await reference("refs/tags/" + name) else { return nil }
        let annotations = reference.isAnnotated ? try await annotations([reference.objectID]) : [:]
        return GitTag(reference: reference, annotation: annotations[reference.objectID])
    }

    /// Returns what tag objects say; one that is damaged, or larger than any tag that means something, keeps nobody
    /// from the others.
    package func annotations(_ ids: [GitObjectID]) async throws(GitError) -> [GitObjectID: GitAnnotation] {
        var result: [GitObjectID: GitAnnotation] = [:]
        for object in try await tagObjects(ids) { result[object.id] = try? GitAnnotation(object) }
        return result
    }

    /// Returns tag objects as they are; what cannot be read, or is larger than any tag that means something, is left
    /// out.
    package func tagObjects(_ ids: [GitObjectID]) async throws(GitError) -> [GitObject] {
        var wanted = ids
        while true {
            do { return try await readableTagObjects(wanted) } catch {
                let bad: GitObjectID
                switch error.kind {
                case .corruptObject(let id), .objectTooLarge(let id, _, _): bad = id
                default: throw error
                }
                guard wanted.contains(bad) else { throw error }
                wanted.removeAll { $0 == bad }
            }
        }
    }

    private func readableTagObjects(_ ids: [GitObjectID]) async throws(GitError) -> [GitObject] {
        let found = try await objects(ids, limit: GitObjects.metadataLimit)
        for object in found { try require(object, .tag) }
        return found
    }
}
