import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage
import Testing

/// A computer with a local store, from which tests push and to which they fetch.
final class Machine: Sendable {
    static let pool = WorkerPool(threadCount: 3)

    let root: FilePath
    let store: LocalStore
    let scratch: Scratch
    /// Where what was read from remotes is kept.
    private let cache: FilePath

    init() throws {
        scratch = try Scratch()
        root = scratch.path.appending("store")
        cache = scratch.path.appending("cache")
        store = try LocalStore.openOrCreate(root)
    }

    /// Another computer with the same store, or the same one as another process sees it.
    init(reopening machine: Machine) throws {
        scratch = machine.scratch
        root = machine.root
        cache = scratch.path.appending("cache\(UInt32.random(in: 0 ... .max))")
        store = try LocalStore(root)
    }

    /// Adds one file.
    func add(_ bytes: [UInt8]) async throws -> Pointer {
        let session = try session()
        let object = try await add(bytes, in: session)
        let pointer = Pointer(oid: object.oid, size: object.size, kind: .file)
        _ = try session.finish(pointers: [pointer])
        return pointer
    }

    /// Adds a file of safetensors whose tensors may become differences to those of earlier versions, and be compared
    /// with the last.
    func addModel(_ bytes: [UInt8], after earlier: [Pointer], isCompared: Bool = false) async throws -> Pointer {
        let session = try session()
        let bases = BaseCatalog(of: earlier, comparedWith: isCompared ? earlier.last : nil, in: store)
        let object = try await add(bytes, bases: bases, in: session)
        try session.compare(object, [("", object)], bases: bases)
        let pointer = Pointer(oid: object.oid, size: object.size, kind: .file)
        _ = try session.finish(pointers: [pointer])
        return pointer
    }

    /// Adds files as a tree.
    func addTree(_ files: [String: [UInt8]]) async throws -> Pointer {
        let session = try session()
        var entries: [TreeEntry] = []
        for (name, bytes) in files {
            let object = try await add(bytes, in: session)
            let path = try RepositoryPath(name)
            entries.append(TreeEntry(mode: .regular, size: object.size, digest: object.oid, path: path))
        }
        let listing = try TreeListing(entries)
        let pointer = Pointer(oid: try session.add(listing).oid, size: listing.contentSize, kind: .tree)
        _ = try session.finish(pointers: [pointer])
        return pointer
    }

    private func session() throws -> IngestSession {
        try IngestSession(store, pool: Machine.pool, cancellation: Cancellation(), progress: { _ in })
    }

    private func add(
        _ bytes: [UInt8],
        bases: BaseCatalog = .empty,
        in session: IngestSession
    ) async throws -> IngestedObject {
        let path = unusedPath()
        try DurableFile.write(bytes, to: path, durable: false)
        return try #require(try await session.add([(path, Int64(bytes.count))], bases: bases).first)
    }

    private func unusedPath() -> FilePath {
        scratch.path.appending("file\(UInt64.random(in: 0 ... .max))")
    }

    /// Returns the store in `remote` as this machine sees it, with a cache of what it read there.
    func view(of remote: any Remote) -> RemoteStore { RemoteStore(remote, cache: cache) }

    /// Forgets what was read from remotes.
    func forgetRemotes() throws { try Directories.removeTree(cache) }

    private func push(to remote: any Remote) -> Push {
        Push(
            from: store,
            to: view(of: remote),
            scratch: scratch.path.appending("packs"),
            pool: Machine.pool,
            cancellation: Cancellation(),
            progress: { _, _ in }
        )
    }

    /// Pushes objects with a root that names them.
    @discardableResult
    func push(_ pointers: [Pointer], to remote: any Remote) async throws -> Push.Report {
        try await push(pointers, to: remote, root: Machine.rootRecord(of: pointers))
    }

    /// Pushes objects with that root, or without any.
    @discardableResult
    func push(_ pointers: [Pointer], to remote: any Remote, root: RootRecord?) async throws -> Push.Report {
        let visit = try await RemoteVisit(writingTo: view(of: remote))
        return try await push(to: remote).run(pointers, root: root, after: visit)
    }

    /// Returns what a push would do.
    func dryPush(_ pointers: [Pointer], to remote: any Remote) async throws -> Push.Report {
        try await push(to: remote).dryRun(pointers, after: RemoteVisit(lookingAt: view(of: remote)))
    }

    /// The root that `push` writes.
    static func rootRecord(of pointers: [Pointer]) -> RootRecord? {
        RootRecord(
            repository: "https://example.org/r",
            reference: "refs/heads/main",
            commit: "c0ffee",
            oids: pointers.map(\.oid)
        )
    }

    /// Takes out of a remote what no root there names.
    @discardableResult
    func collect(in remote: any Remote, known: [Pointer] = []) async throws -> RemoteCollectionPlan {
        let collection = RemoteCollection(
            of: view(of: remote),
            local: store,
            scratch: scratch.path.appending("packs"),
            cancellation: Cancellation()
        )
        return try await collection.run(known: known)
    }

    /// Takes out of a remote what only some objects have.
    @discardableResult
    func purge(
        _ victims: [Pointer],
        live: [Pointer],
        in remote: any Remote,
        dryRunAt: Int64? = nil
    ) async throws -> RemotePurge.Report {
        let purge = RemotePurge(
            of: view(of: remote),
            local: store,
            scratch: scratch.path.appending("packs"),
            pool: Machine.pool,
            cancellation: Cancellation(),
            progress: { _, _ in }
        )
        let request = RemotePurge.Request(victims, live: live, repositories: ["https://example.org/r"])
        return try #require(try await purge.run(request, dryRunAt: dryRunAt))
    }

    func fetch(from remote: any Remote, drafts: ObjectDrafts? = nil) -> Fetch {
        Fetch(
            from: view(of: remote),
            into: store,
            // What is done for large objects has to be right for all.
            byteCountAhead: 0,
            drafts: drafts,
            pool: Machine.pool,
            cancellation: Cancellation(),
            progress: { _, _ in }
        )
    }

    @discardableResult
    func fetch(_ pointers: [Pointer], from remote: any Remote) async throws -> Fetch.Report {
        try await fetch(from: remote).run(pointers)
    }

    /// Whether another process would find the objects whole.
    func has(_ pointers: [Pointer]) throws -> Bool { Closure(of: pointers, in: try LocalStore(root)).isComplete }

    /// Restores one object as another process would, and returns its bytes.
    func restored(_ oid: Digest, size: Int) async throws -> [UInt8] {
        let path = unusedPath()
        let restore = ObjectRestore(
            try LocalStore(root),
            pool: Machine.pool,
            cancellation: Cancellation(),
            progress: { _ in }
        )
        let item = ObjectRestore.Item(oid: oid, size: Int64(size), path: path, isExecutable: false)
        _ = try await restore.restore([item])
        return try DurableFile.read(path, limit: 1 << 30)
    }

    /// Returns everything that is wrong with the store, and with the objects that it claims to know.
    func problems() async throws -> [String] {
        let store = try LocalStore(root)
        let findings = try await StoreCheck(store, pool: Machine.pool, cancellation: Cancellation())
            .run(.everything, mending: false)
        var problems = findings.map { "\($0.severity) \($0.path): \($0.problem)" }
        let check = WholeObjectCheck(store, until: Cancellation())
        for file in store.indexes.files {
            for position in 0..<file.objectCount {
                let object = file.object(at: position)
                if try !check.isRight(object) { problems.append("object \(object.oid) is not rebuilt") }
            }
        }
        return problems
    }

    /// Returns the digests of the packs that the store has.
    func packs() throws -> [Digest] { try store.packsOnDisk() }
}

extension Machine {
    /// Returns a file's bytes.
    func bytes(of path: FilePath) throws -> [UInt8] { try DurableFile.read(path, limit: 1 << 30) }

    /// Replaces a file, whose old bytes stay where they are mapped.
    func replace(_ path: FilePath, with bytes: [UInt8]) throws {
        try DurableFile.write(bytes, to: path, durable: false)
    }
}
