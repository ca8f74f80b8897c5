import CLibgit2
import SystemPackage

/// Makes libgit2 ready, once in a process; it is never shut down.
private let libraryIsReady: Bool = {
    guard git_libgit2_init() > 0 else { return false }
    // Extensions that change nothing about reading objects and references: what a partial clone lacks is asked of
    // `git`, and where `config.worktree` matters, in discovery, `git` is asked too.
    let names: [StaticString] = ["partialclone", "worktreeconfig", "preciousobjects"]
    var pointers: [UnsafePointer<CChar>?] = names.map {
        UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self)
    }
    // SAFETY: static strings end with zero and live for ever; libgit2 copies the list.
    return git_model_set_extensions(&pointers, pointers.count) == 0
}()

/// One of libgit2's repositories with its object database; freed with the value.
///
/// Not to be used by two threads at once: `LibraryObjects` keeps it behind a lock.
struct LibraryHandle: ~Copyable {
    private let repository: OpaquePointer
    private let database: OpaquePointer

    /// How to look for a repository.
    enum Search {
        /// Upwards from a directory, not above the ceilings (a list separated by colons), nor, normally, across
        /// devices.
        case upwards(ceilings: String, crossesDevices: Bool)
        /// Nowhere: the path is a Git directory.
        case gitDirectory
    }

    /// Opens a repository; throws `notARepository`, `unsafeOwnership` or `failed`, upon which `git` may know better.
    init(opening path: FilePath, search: Search) throws(GitError) {
        guard libraryIsReady else { throw GitError(.failed, command: "git_libgit2_init") }
        var flags: UInt32 = 0
        var ceilings = ""
        switch search {
        case .upwards(let list, let crossesDevices):
            ceilings = list
            if crossesDevices { flags = GIT_REPOSITORY_OPEN_CROSS_FS.rawValue }
        case .gitDirectory:
            flags = GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue | GIT_REPOSITORY_OPEN_NO_DOTGIT.rawValue
        }
        var opened: OpaquePointer?
        let code = path.withPlatformString { git_repository_open_ext(&opened, $0, flags, ceilings) }
        if code == GIT_EOWNER.rawValue { throw GitError(.unsafeOwnership(path), command: "git_repository_open_ext") }
        if code == GIT_ENOTFOUND.rawValue { throw GitError(.notARepository(path), command: "git_repository_open_ext") }
        try check(code, "git_repository_open_ext")
        guard let opened else { throw GitError(.failed, command: "git_repository_open_ext") }
        var database: OpaquePointer?
        do {
            try check(git_repository_odb(&database, opened), "git_repository_odb")
        } catch {
            git_repository_free(opened)
            throw error
        }
        guard let database else {
            git_repository_free(opened)
            throw GitError(.failed, command: "git_repository_odb")
        }
        repository = opened
        self.database = database
    }

    deinit {
        git_odb_free(database)
        git_repository_free(repository)
    }

    /// Where the repository is; `nil` when its configuration says things that only `git` understands.
    func layout(from start: FilePath) -> GitLayout? {
        var configuration: OpaquePointer?
        guard git_repository_config_snapshot(&configuration, repository) == 0 else { return nil }
        defer { git_config_free(configuration) }
        var usesWorktreeConfiguration: Int32 = 0
        git_config_get_bool(&usesWorktreeConfiguration, configuration, "extensions.worktreeconfig")
        guard usesWorktreeConfiguration == 0,
            let gitDirectory = path(git_repository_path(repository)),
            let commonDirectory = path(git_repository_commondir(repository))
        else { return nil }
        var workTree = path(git_repository_workdir(repository))
        if let top = workTree, GitLayout.isInside(start, commonDirectory), !GitLayout.isInside(top, commonDirectory) {
            // Git does not take the directory around `.git` for a work tree when asked from within `.git`.
            workTree = nil
        }
        return GitLayout(
            workTree: workTree,
            gitDirectory: gitDirectory,
            commonDirectory: commonDirectory,
            isBare: git_repository_is_bare(repository) == 1,
            objectFormat: .sha1
        )
    }

    private func path(_ text: UnsafePointer<CChar>?) -> FilePath? {
        // SAFETY: libgit2's paths end with zero and live as long as the repository; FilePath copies.
        text.map { FilePath(platformString: $0) }
    }

    /// Returns the id that the revision names, peeled where a kind is given; throws when libgit2 finds none.
    func resolve(_ revision: String, to kind: GitObjectKind?) throws(GitError) -> GitObjectID {
        var object: OpaquePointer?
        try check(git_revparse_single(&object, repository, revision), "git_revparse_single")
        defer { git_object_free(object) }
        guard let kind else { return GitObjectID(git_object_id(object)) }
        var peeled: OpaquePointer?
        try check(git_object_peel(&peeled, object, kind.libraryType), "git_object_peel")
        defer { git_object_free(peeled) }
        return GitObjectID(git_object_id(peeled))
    }

    /// Returns an object's kind and number of bytes.
    func header(_ id: GitObjectID) throws(GitError) -> (kind: GitObjectKind, byteCount: Int64) {
        var name = try id.libraryID()
        var count = 0
        var type = GIT_OBJECT_INVALID
        try check(git_odb_read_header(&count, &type, database, &name), "git_odb_read_header", id)
        guard let kind = GitObjectKind(type) else { throw GitError(.corruptObject(id), command: "git_odb_read_header") }
        return (kind, Int64(count))
    }

    /// Returns an object, whose hash libgit2 has checked.
    func object(_ id: GitObjectID, limit: Int64) throws(GitError) -> GitObject {
        let size = try header(id).byteCount
        guard size <= limit else {
            throw GitError(.objectTooLarge(id, byteCount: size, limit: limit), command: "git_odb_read")
        }
        var name = try id.libraryID()
        var object: OpaquePointer?
        try check(git_odb_read(&object, database, &name), "git_odb_read", id)
        defer { git_odb_object_free(object) }
        guard let kind = GitObjectKind(git_odb_object_type(object)) else {
            throw GitError(.corruptObject(id), command: "git_odb_read")
        }
        // SAFETY: libgit2 says how many bytes there are, and they live until the object is freed.
        let bytes = UnsafeRawBufferPointer(start: git_odb_object_data(object), count: git_odb_object_size(object))
        return GitObject(id: id, kind: kind, bytes: Array(bytes))
    }

    /// Calls `body` for each reference whose name starts so, in no order; broken ones are left out.
    func forEachReference(prefix: String, body: (GitReference) -> Void) throws(GitError) {
        var iterator: OpaquePointer?
        let glob = prefix + "*"
        try check(git_reference_iterator_glob_new(&iterator, repository, glob), "git_reference_iterator_glob_new")
        defer { git_reference_iterator_free(iterator) }
        while true {
            var reference: OpaquePointer?
            let code = git_reference_next(&reference, iterator)
            if code == GIT_ITEROVER.rawValue { return }
            try check(code, "git_reference_next")
            defer { git_reference_free(reference) }
            if let found = try describe(reference) { body(found) }
        }
    }

    /// Returns the reference of that full name; `nil` when there is none.
    func reference(_ name: String) throws(GitError) -> GitReference? {
        var reference: OpaquePointer?
        let code = git_reference_lookup(&reference, repository, name)
        if code == GIT_ENOTFOUND.rawValue { return nil }
        try check(code, "git_reference_lookup")
        defer { git_reference_free(reference) }
        return try describe(reference)
    }

    /// Returns what a reference points to; `nil` when it is symbolic and leads nowhere.
    private func describe(_ reference: OpaquePointer?) throws(GitError) -> GitReference? {
        // SAFETY: the name ends with zero and lives as long as the reference; String copies.
        let name = String(cString: git_reference_name(reference))
        var end = reference
        // Only for symbolic ones, since libgit2 looks others up again, which doubles the time for many tags.
        if git_reference_type(reference) == GIT_REFERENCE_SYMBOLIC {
            guard git_reference_resolve(&end, reference) == 0 else { return nil }
        }
        defer { if end != reference { git_reference_free(end) } }
        guard let target = git_reference_target(end) else { return nil }
        let id = GitObjectID(target)
        if let peeled = git_reference_target_peel(end) {
            return GitReference(name: name, objectID: id, peeledID: GitObjectID(peeled))
        }
        return GitReference(name: name, objectID: id, peeledID: try peel(id))
    }

    private func peel(_ id: GitObjectID) throws(GitError) -> GitObjectID {
        var current = id
        while try header(current).kind == .tag {
            current = try GitAnnotation(object(current, limit: GitObjects.metadataLimit)).target
        }
        return current
    }

    /// Whether the first commit is an ancestor of the second; throws where history is missing.
    func isAncestor(_ ancestor: GitObjectID, of descendant: GitObjectID) throws(GitError) -> Bool {
        guard ancestor != descendant else { return true }
        var (older, younger) = (try ancestor.libraryID(), try descendant.libraryID())
        let code = git_graph_descendant_of(repository, &younger, &older)
        try check(code, "git_graph_descendant_of")
        return code == 1
    }

    /// Returns what HEAD says.
    func head() throws(GitError) -> GitHead {
        var reference: OpaquePointer?
        try check(git_reference_lookup(&reference, repository, "HEAD"), "git_reference_lookup")
        defer { git_reference_free(reference) }
        if let id = git_reference_target(reference) { return .detached(GitObjectID(id)) }
        // SAFETY: as above.
        guard let name = git_reference_symbolic_target(reference).map({ String(cString: $0) }) else {
            throw GitError(.failed, command: "git_reference_symbolic_target")
        }
        var id = git_oid()
        let code = git_reference_name_to_id(&id, repository, name)
        if code == GIT_ENOTFOUND.rawValue { return .branch(name, nil) }
        try check(code, "git_reference_name_to_id")
        return .branch(name, GitObjectID(&id))
    }
}

/// Throws when libgit2 says so; the message is the thread's last, so it is read before anything else happens.
private func check(_ code: CInt, _ function: StaticString, _ id: GitObjectID? = nil) throws(GitError) {
    guard code < 0 else { return }
    // SAFETY: the error is the thread's own and stays until its next call of libgit2; String copies.
    let message = git_error_last().flatMap { $0.pointee.message.map { String(cString: $0) } } ?? ""
    let kind: GitError.Kind =
        switch (code, id) {
        case (GIT_ENOTFOUND.rawValue, let id?): .objectNotFound(id)
        case (GIT_ENOTFOUND.rawValue, nil): .referenceNotFound(message)
        case (GIT_EMISMATCH.rawValue, let id?): .corruptObject(id)
        default: .failed
        }
    throw GitError(kind, command: String(describing: function), exitCode: nil, message: message)
}

extension GitObjectID {
    /// Copies an id out of libgit2.
    fileprivate init(_ id: UnsafePointer<git_oid>?) {
        guard let id else { preconditionFailure("libgit2 returns no object without an id") }
        // SAFETY: the id is 20 bytes, which are copied.
        let copy = GitObjectID(bytes: UnsafeRawBufferPointer(start: id, count: 20))
        guard let copy else { preconditionFailure("libgit2's ids have 20 bytes") }
        self = copy
    }

    fileprivate func libraryID() throws(GitError) -> git_oid {
        var id = git_oid()
        guard format == .sha1 else { throw GitError(.objectNotFound(self), command: "git_oid") }
        // SAFETY: both are 20 bytes.
        withUnsafeMutableBytes(of: &id.id) { target in withBytes { target.copyMemory(from: $0) } }
        return id
    }
}

extension GitObjectKind {
    fileprivate init?(_ type: git_object_t) {
        switch type {
        case GIT_OBJECT_COMMIT: self = .commit
        case GIT_OBJECT_TREE: self = .tree
        case GIT_OBJECT_BLOB: self = .blob
        case GIT_OBJECT_TAG: self = .tag
        default: return nil
        }
    }

    fileprivate var libraryType: git_object_t {
        switch self {
        case .commit: GIT_OBJECT_COMMIT
        case .tree: GIT_OBJECT_TREE
        case .blob: GIT_OBJECT_BLOB
        case .tag: GIT_OBJECT_TAG
        }
    }
}
