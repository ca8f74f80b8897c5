import Codec
import ModelCore
import Store
package import SystemIO
package import SystemPackage

/// Copies the store of one remote to another, file by file: what is there already is not sent again.
package struct StoreCopy: Sendable {
    /// What a copy did or would do.
    package struct Report: Sendable {
        /// The packs that the destination lacked.
        package var packCount = 0
        /// Their size in bytes.
        package var byteCount: Int64 = 0
        /// The indexes, object indexes and roots that it lacked.
        package var fileCount = 0
    }

    /// How many packs are on their way at once.
    private static let packsAtOnce = 4
    /// A pack is read so many bytes at a time.
    private static let blockByteCount = 8 << 20
    /// No index is larger.
    private static let fileByteLimit: Int64 = 1 << 30

    private let source: RemoteStore
    private let destination: RemoteStore
    private let scratch: FilePath
    private let pool: WorkerPool
    private let cancellation: Cancellation
    private let progress: @Sendable (_ done: Int64, _ total: Int64) -> Void

    /// Creates a copy; `scratch` is a directory of this machine for the packs that are on their way.
    package init(
        from source: RemoteStore,
        to destination: RemoteStore,
        scratch: FilePath,
        pool: WorkerPool = .shared,
        cancellation: Cancellation,
        progress: @escaping @Sendable (_ done: Int64, _ total: Int64) -> Void
    ) {
        self.source = source
        self.destination = destination
        self.scratch = scratch
        self.pool = pool
        self.cancellation = cancellation
        self.progress = progress
    }

    /// What the destination lacks, in the order in which it is to appear there.
    private struct Plan {
        var packs: [RemoteFile] = []
        /// Paths in the store.
        var files: [String] = []
    }

    /// Copies what the destination lacks, packs first and what finds them after them.
    package func run(isDryRun: Bool) async throws -> Report {
        try await requireLikeFormats(isDryRun: isDryRun)
        // Nobody takes away on either side what the plan counts on.
        let sourceLock = try source.join()
        let lock = try destination.join()
        defer {
            extendLifetime(sourceLock)
            extendLifetime(lock)
        }
        let plan = try await self.plan()
        let report = Report(
            packCount: plan.packs.count,
            byteCount: plan.packs.reduce(0) { $0 + $1.size },
            fileCount: plan.files.count
        )
        guard !isDryRun else { return report }
        try await copy(plan.packs, byteCount: report.byteCount)
        for file in plan.files {
            try cancellation.check()
            try await copySmall(file)
        }
        try await destination.remote.publish()
        return report
    }

    private func requireLikeFormats(isDryRun: Bool) async throws(RemoteError) {
        guard let format = try await source.format() else {
            throw source.absence()
        }
        if !isDryRun { try await destination.requireWritable() }
        guard let other = try await destination.format(), other.text != format.text else { return }
        let reason = "the store in \(source.remote.name) has another format"
        throw .refused(destination.remote.name, file: StoreLayout.format, reason: reason)
    }

    private func plan() async throws -> Plan {
        // Tombs before packs, on either side: see `RemoteInventory`.
        let leaving = try await source.tombs()
        let buried = try await destination.tombs()
        // Packs after what names them: of a push that ends meanwhile, nothing is copied whose packs are not.
        let roots = try await source.remote.list("roots").filter { Digest(hex: $0.name) != nil }
        let objects = try await source.remote.list("objects")
        let indexes = try await source.remote.list("index")
        let packs = try await source.remote.list("packs")
        let purged = try await source.remote.list(StoreLayout.purged).filter { Digest(hex: $0.name) != nil }
        let there = try await RemoteListing(of: destination.remote)
        try await requireNothingPurged(of: objects, there, known: purged)
        var plan = Plan()
        let known = try await sizes(of: "packs", in: there)
        let listed = try await leaving.isEmpty ? [] : self.listed(in: indexes)
        for file in packs {
            guard let id = StoreLayout.digest(inName: file.name) else { continue }
            let isThere = known[file.path] == file.size
            if leaving.contains(id) {
                // Until the next collection saves it, what a root needs may be in a buried pack alone; a pack that
                // leaves on either side is left to the one over there.
                guard listed.contains(id), !(isThere && buried.contains(id)) else { continue }
            }
            if buried.contains(id) {
                let reason = "it is on its way out there; copy again once it is gone"
                throw RemoteError.refused(destination.remote.name, file: StoreLayout.pack(id), reason: reason)
            }
            if !isThere { plan.packs.append(file) }
        }
        // First of all: else a clone that still has the bytes could bring them back.
        for (directory, files) in [
            (StoreLayout.purged, purged), ("index", indexes), ("objects", objects), ("roots", roots),
        ] {
            let known = try await sizes(of: directory, in: there)
            plan.files += files.filter { known[$0.path] == nil }.map { "\(directory)/\($0.path)" }
        }
        return plan
    }

    /// Returns the packs of which the source's indexes list anything.
    private func listed(in files: [RemoteFile]) async throws(RemoteError) -> Set<Digest> {
        let indexes = try await source.indexes(in: files)
        try source.requireEvery(indexes)
        return Set(indexes.files.flatMap(\.packs).map(\.id))
    }

    private func sizes(of directory: String, in listing: RemoteListing) async throws(RemoteError) -> [String: Int64] {
        let files = try await listing.files(in: directory)
        return Dictionary(files.map { ($0.path, $0.size) }, uniquingKeysWith: { first, _ in first })
    }

    /// Packs are copied whole, and so may have what the destination is to be rid of.
    private func requireNothingPurged(
        of files: [RemoteFile],
        _ there: RemoteListing,
        known: [RemoteFile]
    ) async throws {
        func digests(_ files: [RemoteFile]) -> Set<Digest> {
            Set(files.compactMap { StoreLayout.digest(inName: $0.name) })
        }
        let purged = digests(try await there.files(in: StoreLayout.purged))
        guard !purged.isEmpty else { return }
        guard let first = digests(files).intersection(purged.subtracting(digests(known))).min() else { return }
        let reason = "it was purged there, and remote \(source.remote.name) still has it: purge it there, too"
        throw RemoteError.refused(destination.remote.name, file: StoreLayout.objectIndex(first), reason: reason)
    }

    private func copy(_ packs: [RemoteFile], byteCount total: Int64) async throws {
        let tally = ByteTally()
        try await packs.forEach(atOnce: StoreCopy.packsAtOnce) { pack in
            try await copy(pack) { count in progress(min(tally.add(Int64(count)), total), total) }
        }
    }

    /// Brings one pack by way of a file, so that it is checked before any of it appears, and memory holds little of it.
    private func copy(_ pack: RemoteFile, sent: @escaping @Sendable (Int) -> Void) async throws {
        let file = "packs/\(pack.path)"
        let temporary = try TemporaryFile(beside: scratch.appending("new"))
        var hash = SHA256()
        var offset = 0
        while offset < Int(pack.size) {
            try cancellation.check()
            let end = min(offset + StoreCopy.blockByteCount, Int(pack.size))
            let bytes = try await source.remote.read(file, range: offset..<end)
            guard bytes.count == end - offset else { throw damaged(file, "it is shorter than it was listed") }
            let place = Int64(offset)
            try bytes.withUnsafeBytes { block in
                hash.update(block)
                try temporary.write(block, at: place)
            }
            offset = end
        }
        guard hash.finish() == StoreLayout.digest(inName: pack.name) else {
            throw damaged(file, "its bytes do not match its name")
        }
        try await destination.remote.upload(temporary.path, to: file, sent: sent)
    }

    private func copySmall(_ file: String) async throws {
        guard !file.hasPrefix(StoreLayout.purged + "/") else {
            return try await destination.remote.write(Array(StoreLayout.purgedText.utf8), to: file)
        }
        guard let size = try await source.remote.size(of: file) else {
            // What it said is in a newer one, without which nothing is found.
            guard !file.hasPrefix("index/") else {
                throw RemoteError.busy(source.remote.name, cause: "\(file) went while it was copied", retryAfter: nil)
            }
            return
        }
        guard size <= StoreCopy.fileByteLimit else { throw damaged(file, "it is too large") }
        let bytes = try await source.remote.read(file, range: nil)
        if !file.hasPrefix("objects/") {
            let name = RemoteFile(path: file, size: size).name
            guard SHA256.digest(of: bytes) == StoreLayout.digest(inName: name) else {
                throw damaged(file, "its bytes do not match its name")
            }
        } else {
            // A hint is no reason to fail: pushing makes it anew.
            guard let index = try? IndexFile(bytes, path: FilePath(file)), (try? index.verify()) != nil else { return }
        }
        try await destination.remote.write(bytes, to: file)
    }

    private func damaged(_ file: String, _ problem: String) -> RemoteError {
        .wrongContent(source.remote.name, file: file, problem: problem)
    }
}
