import Codec
import ModelCore
import Store
import Synchronization
import SystemIO
import SystemPackage
import Testing

/// A directory with a store and a place for files, both gone with the value.
final class ScratchStore: Sendable {
    static let pool = WorkerPool(threadCount: 3)

    let path: FilePath
    let root: FilePath
    let store: LocalStore
    private let sizes: StoreSizes

    init(sizes: StoreSizes = .standard) throws {
        self.sizes = sizes
        path = FilePath("/tmp/store-tests-\(UInt64.random(in: .min ... .max))")
        root = path.appending("store")
        try Directories.create(path.appending("files"), durable: false)
        store = try LocalStore.openOrCreate(root, sizes: sizes)
    }

    deinit {
        try? Directories.removeTree(path)
    }

    /// Opens the store anew, as another process would.
    func reopened() throws -> LocalStore { try LocalStore(root, sizes: sizes) }

    func file(_ name: String) -> FilePath { path.appending("files").appending(name) }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String, executable: Bool = false) throws -> FilePath {
        let path = file(name)
        try Directories.create(path.removingLastComponent(), durable: false)
        try DurableFile.write(bytes, to: path, permissions: executable ? 0o777 : 0o666, durable: false)
        return path
    }

    func bytes(of name: String) throws -> [UInt8] { try DurableFile.read(file(name), limit: 1 << 30) }

    func session(
        in store: LocalStore? = nil,
        cancellation: Cancellation = Cancellation(),
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) throws -> IngestSession {
        try IngestSession(
            store ?? self.store,
            pool: ScratchStore.pool,
            cancellation: cancellation,
            progress: progress
        )
    }

    /// Adds one file in a session of its own.
    func add(_ path: FilePath, to store: LocalStore? = nil) async throws -> (pointer: Pointer, IngestSession.Summary) {
        let session = try session(in: store)
        let size = try #require(try FileStatus.of(path)).size
        let object = try #require(try await session.add([(path, size)]).first)
        let pointer = Pointer(oid: object.oid, size: object.size, kind: .file)
        return (pointer, try session.finish(pointers: [pointer]))
    }

    /// Writes and adds one file.
    @discardableResult
    func add(_ bytes: [UInt8], as name: String = "file", to store: LocalStore? = nil) async throws -> Pointer {
        try await add(try write(bytes, to: name), to: store).pointer
    }

    /// Adds one file whose tensors may become differences to those of earlier versions.
    func addModel(_ bytes: [UInt8], after earlier: [Pointer]) async throws -> Pointer {
        let path = try write(bytes, to: "model.safetensors")
        let store = try reopened()
        let session = try session(in: store)
        let catalog = BaseCatalog(of: earlier, in: store)
        let object = try #require(try await session.add([(path, Int64(bytes.count))], bases: catalog).first)
        let pointer = Pointer(oid: object.oid, size: object.size, kind: .file)
        _ = try session.finish(pointers: [pointer])
        return pointer
    }

    /// Adds files as a tree.
    func addTree(_ files: [(name: String, bytes: [UInt8], mode: TreeEntry.Mode)]) async throws -> Pointer {
        let session = try session()
        var entries: [TreeEntry] = []
        for file in files {
            let object: IngestedObject
            if file.mode == .link {
                object = try session.add(file.bytes)
            } else {
                let path = try write(file.bytes, to: "tree/" + file.name)
                object = try #require(try await session.add([(path, Int64(file.bytes.count))]).first)
            }
            let path = try RepositoryPath(file.name)
            entries.append(TreeEntry(mode: file.mode, size: object.size, digest: object.oid, path: path))
        }
        let listing = try TreeListing(entries)
        let pointer = Pointer(oid: try session.add(listing).oid, size: listing.contentSize, kind: .tree)
        _ = try session.finish(pointers: [pointer])
        return pointer
    }

    /// Restores one object to a file and returns its path.
    @discardableResult
    func restore(
        _ pointer: Pointer,
        as name: String = "restored",
        executable: Bool = false,
        from store: LocalStore? = nil
    ) async throws -> FilePath {
        let path = file(name)
        let restore = ObjectRestore(
            try store ?? reopened(),
            pool: ScratchStore.pool,
            cancellation: Cancellation(),
            progress: { _ in }
        )
        _ = try await restore.restore([
            ObjectRestore.Item(oid: pointer.oid, size: pointer.size, path: path, isExecutable: executable)
        ])
        return path
    }

    /// Restores one object and returns its bytes.
    func restored(_ pointer: Pointer, from store: LocalStore? = nil) async throws -> [UInt8] {
        try DurableFile.read(try await restore(pointer, from: store), limit: 1 << 30)
    }

    /// Returns the names of all files below a directory of the store, sorted.
    func files(in directory: String) throws -> [String] {
        try DirectoryWalk.entries(under: root.appending(directory)).map(\.path)
    }

    /// Returns the number of bytes of all files below a directory of the store.
    func byteCount(of directory: String) throws -> Int64 {
        try DirectoryWalk.entries(under: root.appending(directory)).reduce(0) { $0 + $1.status.size }
    }

    /// Repacks the store, as another process would.
    @discardableResult
    func repack(
        _ request: Repack.Request,
        isDryRun: Bool = false,
        now: Int64 = WallClock.now()
    ) async throws -> Repack.Report {
        try await Repack(try reopened(), pool: ScratchStore.pool, now: now, cancellation: Cancellation())
            .run(request, isDryRun: isDryRun)
    }

    func check(_ depth: StoreCheck.Depth = .everything, mending: Bool = false) async throws -> [StoreCheck.Finding] {
        try await StoreCheck(try reopened(), pool: ScratchStore.pool, cancellation: Cancellation())
            .run(depth, mending: mending)
    }
}

/// Returns what the body throws, which must be a `StoreError`.
func storeError(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async throws -> StoreError {
    do { try await body() } catch let error as StoreError { return error }
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    throw CancellationError()
}

/// A sum from several threads.
final class Tally: Sendable {
    private let total = Mutex<Int64>(0)

    func add(_ count: Int64) { total.withLock { $0 += count } }
    var sum: Int64 { total.withLock { $0 } }
}
