import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// Puts artifacts into a directory that is no repository, straight from a remote.
///
/// What comes is kept in a directory of its own there until everything has come and was checked; then it takes its
/// places. One that was interrupted goes on where it stopped.
struct Delivery: ~Copyable {
    /// What is delivered: an artifact, or a single file of one that is a tree.
    struct Item {
        /// Where it belongs, from the directory that it is delivered to.
        let path: RepositoryPath
        /// What it is.
        let pointer: Pointer
        /// Whether it is an executable file.
        let isExecutable: Bool
        /// The tree that it is a file of; `nil` for an artifact.
        let tree: Pointer?

        /// Creates the item of an artifact.
        init(_ artifact: VersionManifest.Artifact) {
            path = artifact.path
            pointer = artifact.pointer
            isExecutable = artifact.isExecutable
            tree = nil
        }

        /// Creates the item of a file of a tree.
        init(_ entry: TreeEntry, of artifact: VersionManifest.Artifact) {
            path = artifact.path.appending(entry.path)
            pointer = Pointer(oid: entry.digest, size: entry.size, kind: .file)
            isExecutable = entry.mode == .executable
            tree = artifact.pointer
        }
    }

    /// A remote that may have what is delivered; one that cannot even be opened keeps nobody from the next.
    struct Source {
        /// The name in messages.
        let name: String
        /// Returns the store behind it.
        let open: () throws -> RemoteStore
    }

    /// What was done.
    struct Result {
        /// What was written.
        var written: [RestoredArtifact] = []
        /// How many artifacts were there already.
        var unchanged = 0
        /// The bytes that were received.
        var byteCount: Int64 = 0
    }

    private static let scratchName = ".git-model-get"
    private static let lockName = "lock"
    /// How often a lock is tried whose file another delivery removes at that moment.
    private static let lockAttempts = 100

    /// The directory that artifacts are delivered to.
    let output: FilePath
    /// Where what comes is kept meanwhile.
    let scratch: FilePath
    private let context: Context
    private let pool = WorkerPool.shared
    /// Whether the directory is the user's own, which stays whatever happens.
    private let isOutputKept: Bool
    private let lock: FileLock

    /// Makes the directories where they are missing, and keeps other deliveries to the same one away.
    init(to output: FilePath, in context: Context) throws {
        let scratch = output.appending(Delivery.scratchName)
        if try FileStatus.of(scratch)?.kind == .symbolicLink { throw Failure(.failed, "\(scratch) is a symbolic link") }
        let isOutputKept = try FileStatus.of(output) != nil
        lock = try Delivery.lock(scratch)
        self.output = output
        self.context = context
        self.scratch = scratch
        self.isOutputKept = isOutputKept
    }

    /// Makes the directory and takes its lock; whoever had it before removes both when all is delivered.
    private static func lock(_ scratch: FilePath) throws -> FileLock {
        let path = scratch.appending(lockName)
        for _ in 0..<lockAttempts {
            try Directories.create(scratch)
            let lock: FileLock
            do throws(LockError) { lock = try FileLock(path, mode: .exclusive, wait: nil) } catch {
                guard case .io(let reason) = error, reason.errno == .noSuchFileOrDirectory else { throw error }
                continue
            }
            if try lock.isOfFile(at: path) { return lock }
        }
        throw LockError.held(path)
    }

    /// Writes what is not there yet, from the first of the remotes that can be reached.
    ///
    /// Files of other bytes in the way are an error, before anything is fetched, unless it is forced.
    func run(_ orders: [DeliveryOrder], from remotes: [Source], isForced: Bool) async throws -> Result {
        var result = Result()
        let store = try LocalStore.openOrCreate(scratch.appending("store"))
        let (staged, draftsPlace) = (scratch.appending("files"), scratch.appending("drafts"))
        let items = try await items(of: orders, from: remotes, into: store)
        let wanted = try await missing(items, isForced: isForced)
        result.unchanged = items.count - wanted.count
        guard !wanted.isEmpty else { return result }
        // What an interrupted delivery put together there is made again, of what it fetched.
        for place in [staged, draftsPlace] where try FileStatus.of(place) != nil { try Directories.removeTree(place) }
        try Directories.create(draftsPlace, durable: false)
        let pointers = Set(wanted.filter { !$0.isExecutable }.map(\.pointer))
        let drafts = ObjectDrafts { oid, size in
            let object = Pointer(oid: oid, size: size, kind: .file)
            let isWanted =
                pointers.contains(object)
                || pointers.contains { $0.kind == .tree && !store.files(of: $0.oid, thatAre: object).isEmpty }
            return isWanted ? draftsPlace.appending("draft") : nil
        }
        result.byteCount = try await fetch(wanted, from: remotes, into: store, drafts)
        try await write(wanted, from: store, drafts, to: staged)
        for item in wanted {
            try place(item.path, from: staged)
            result.written.append(RestoredArtifact(path: item.path.text, size: item.pointer.size))
        }
        return result
    }

    /// Writes what came, the files together, for there may be very many small ones.
    private func write(
        _ items: [Item],
        from store: LocalStore,
        _ drafts: ObjectDrafts,
        to staged: FilePath
    ) async throws {
        let tally = ProgressTally(phase: "writing", sink: context.progress)
        let restore = ArtifactRestore(
            store: store,
            pool: pool,
            cancellation: context.cancellation,
            progress: tally.add,
            drafts: drafts
        )
        var cache = StatCache(scratch.appending("stat-cache"))
        for item in items where item.pointer.kind == .tree {
            tally.begin(item.path.text, byteCount: item.pointer.size)
            try await restore.restore(
                item.pointer,
                isExecutable: item.isExecutable,
                to: SafeRelativePath.resolve(root: staged, components: item.path.components),
                isIncluded: { _ in true },
                cache: &cache
            )
        }
        let files = items.filter { $0.pointer.kind == .file }
        if let first = files.first {
            let name = files.count == 1 ? first.path.text : "\(files.count) files"
            tally.begin(name, byteCount: files.reduce(0) { $0.addingSaturating($1.pointer.size) })
        }
        let places = try files.map { item in
            let path = try SafeRelativePath.resolve(root: staged, components: item.path.components)
            return (pointer: item.pointer, isExecutable: item.isExecutable, path: path)
        }
        try await restore.restore(places, cache: &cache)
        context.progress.finish()
    }

    /// Removes what was kept only to go on after an interruption.
    ///
    /// The lock goes last: whoever comes before that is kept away, and whoever comes then has a lock of its own there.
    func finish() throws {
        for entry in try DirectoryEntry.all(in: scratch) where entry.name != Delivery.lockName {
            try Directories.removeTree(scratch.appending(entry.name))
        }
        try DurableFile.remove(scratch.appending(Delivery.lockName))
        _ = try Directories.removeIfEmpty(scratch)
    }

    /// Removes the directories that it made, unless something came that is worth going on from.
    func abandon() throws {
        let packs = scratch.appending("store/packs")
        if try FileStatus.of(packs) != nil, try !DirectoryEntry.all(in: packs).isEmpty { return }
        try finish()
        if !isOutputKept { _ = try Directories.removeIfEmpty(output) }
    }

    /// Returns what is asked for, each file once; of trees of which only some is wanted, the listings are read from a
    /// remote.
    private func items(
        of orders: [DeliveryOrder],
        from remotes: [Source],
        into store: LocalStore
    ) async throws -> [Item] {
        let whole = Set(orders.filter { $0.inner == nil }.map(\.artifact.path))
        var listings: [Digest: TreeListing] = [:]
        var items: [Item] = []
        for order in orders {
            guard order.inner != nil else {
                items.append(Item(order.artifact))
                continue
            }
            if whole.contains(order.artifact.path) { continue }
            let tree = order.artifact.pointer
            let listing: TreeListing
            if let known = listings[tree.oid] {
                listing = known
            } else {
                listing = try await asking(remotes) { remote, name in
                    let fetch = context.fetch(from: remote, into: store)
                    if let found = try await PartialFetch(fetch).listing(of: tree) { return found }
                    throw try await lacks(order.artifact.path, tree.oid, remote, named: name)
                }
                listings[tree.oid] = listing
            }
            items += try order.items(in: listing)
        }
        // Two paths of the user's may name one artifact.
        var seen: Set<RepositoryPath> = []
        return items.filter { seen.insert($0.path).inserted }
    }

    /// Returns the items that are not in their places.
    private func missing(_ items: [Item], isForced: Bool) async throws -> [Item] {
        var cache = StatCache(scratch.appending("stat-cache"))
        let hash = ArtifactHash(pool: pool, cancellation: context.cancellation)
        var missing: [Item] = []
        for item in items {
            let place = try SafeRelativePath.resolve(root: output, components: item.path.components)
            guard let files = try ArtifactFiles(at: place) else {
                missing.append(item)
                continue
            }
            let isAlike = files.kind == .tree || files.isExecutable == item.isExecutable
            if isAlike, files.kind == item.pointer.kind, files.byteCount == item.pointer.size,
                try await hash.pointer(of: files, cache: &cache) == item.pointer
            {
                continue
            }
            guard isForced else {
                throw Failure(
                    .failed,
                    "\(place) is there already, with other bytes",
                    hints: ["write over it: `--force`", "or choose another directory: `-o DIR`"]
                )
            }
            missing.append(item)
        }
        return missing
    }

    /// Fetches from the first of the remotes that can be reached, and returns how many bytes came.
    private func fetch(
        _ items: [Item],
        from remotes: [Source],
        into store: LocalStore,
        _ drafts: ObjectDrafts
    ) async throws -> Int64 {
        try await asking(remotes) { remote, name in
            var byteCount: Int64 = 0
            for (tree, items) in Dictionary(grouping: items, by: \.tree) {
                byteCount += try await fetch(items, filesOf: tree, from: remote, named: name, into: store, drafts)
            }
            return byteCount
        }
    }

    /// Asks the remotes in turn until one answers; where none does, the error is the first one's.
    private func asking<Value>(
        _ remotes: [Source],
        _ body: (_ remote: RemoteStore, _ name: String) async throws -> Value
    ) async throws -> Value {
        var failure: any Error = Failure(.failed, "no remote has the bytes")
        for (number, remote) in remotes.enumerated() {
            do { return try await body(try remote.open(), remote.name) } catch {
                try context.cancellation.check()
                if number == 0 { failure = error }
            }
        }
        throw failure
    }

    private func fetch(
        _ items: [Item],
        filesOf tree: Pointer?,
        from remote: RemoteStore,
        named name: String,
        into store: LocalStore,
        _ drafts: ObjectDrafts
    ) async throws -> Int64 {
        let fetch = context.fetch(from: remote, into: store, drafts: drafts)
        let report: Fetch.Report
        do {
            report = try await fetch.run(Array(Set(items.map(\.pointer))), filesOf: tree)
        } catch let error as RemoteError {
            // Of a single object, what is wrong with it is thrown.
            throw items.count == 1 ? Failure(nil, "cannot get \(items[0].path)", cause: error) : error
        }
        context.progress.finish()
        if let damaged = report.damaged.first, let item = items.first(where: { $0.pointer.oid == damaged.oid }) {
            throw Failure(nil, "cannot get \(item.path)", cause: damaged.reason)
        }
        if let wrong = items.compactMap({ item in store.contradiction(of: item.pointer).map { (item, $0) } }).first {
            throw Failure(.verification, "\(wrong.0.path) is not what its pointer says: \(wrong.1)")
        }
        guard let oid = report.missing.first, let item = items.first(where: { $0.pointer.oid == oid }) else {
            return report.byteCount
        }
        throw try await lacks(item.path, oid, remote, named: name)
    }

    /// Returns the error that a remote does not have something.
    private func lacks(
        _ path: RepositoryPath,
        _ oid: Digest,
        _ remote: RemoteStore,
        named name: String
    ) async throws -> Failure {
        let isPurged = try await remote.isPurged(oid)
        return Failure(
            .failed,
            isPurged
                ? "the bytes of \(path) were purged from remote \(name)"
                : "remote \(name) does not have the bytes of \(path): \(oid)"
        )
    }

    /// Moves what was restored to its place, over what is there.
    private func place(_ path: RepositoryPath, from staged: FilePath) throws {
        let source = staged.appending(path.text)
        let target = try SafeRelativePath.resolve(root: output, components: path.components)
        try Directories.create(target.removingLastComponent(), durable: false)
        let old = try FileStatus.of(target)
        if let old, try old.kind == .directory || FileStatus.of(source)?.kind == .directory {
            let aside = scratch.appending("replaced")
            if try FileStatus.of(aside) != nil { try Directories.removeTree(aside) }
            try DurableFile.rename(target, to: aside)
        }
        try DurableFile.rename(source, to: target)
    }
}
