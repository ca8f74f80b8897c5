import Codec
package import ModelCore
import Synchronization
package import SystemIO
package import SystemPackage

/// Adds objects to a store: everything between two commits of its index.
///
/// Until `finish`, nothing refers to the objects; a session that ends early leaves frames that the next one finds, or
/// collection.
package final class IngestSession: Sendable {
    /// The number of chunks that may wait for a thread.
    private static let queueCapacity = 16

    private let store: LocalStore
    private let pool: WorkerPool
    private let frames: FrameIngest
    private let ingest: FileIngest
    private let known: KnownFiles?
    /// The codecs for what is added from memory, a piece at a time.
    private let worker: Mutex<FrameWorker>

    /// Starts a session; `known` remembers what its files are made of, `progress` gets the number of further bytes
    /// done, from any thread.
    package init(
        _ store: LocalStore,
        pool: WorkerPool,
        known: KnownFiles? = nil,
        cancellation: Cancellation,
        progress: @escaping @Sendable (Int64) -> Void
    ) throws(StoreError) {
        try store.requireWritable()
        self.store = store
        self.pool = pool
        self.known = known
        frames = FrameIngest(store)
        worker = Mutex(FrameWorker(store))
        let bufferCount = IngestSession.queueCapacity + BlockReader.aheadCount + 2 * pool.threadCount
        ingest = FileIngest(
            frames: frames,
            bufferCount: bufferCount,
            known: known,
            cancellation: cancellation,
            progress: progress
        )
    }

    /// Adds files, and returns their objects in the order of the paths; new tensors may become differences to those of
    /// `bases`.
    ///
    /// `names` are those of the files in the tree that they are of, in the same order; without them, the file is the
    /// artifact.
    package func add(
        _ files: [(path: FilePath, size: Int64)],
        named names: [String] = [],
        bases catalog: BaseCatalog = .empty
    ) async throws -> [IngestedObject] {
        let isSmall = files.map { $0.size < store.sizes.pipelinedByteCount }
        let small = files.indices.filter { isSmall[$0] }
        let paths = files.map(\.path)
        let bases = files.indices.map { FileBases(catalog, file: names.isEmpty ? "" : names[$0]) }
        var results = [IngestedObject?](repeating: nil, count: files.count)
        let added = try await pool.map(small.count, state: { [store] in FrameWorker(store) }) { [ingest] turn, worker in
            try ingest.add(paths[small[turn]], bases: bases[small[turn]], worker: &worker)
        }
        for (position, object) in zip(small, added) { results[position] = object }
        for position in files.indices where !isSmall[position] {
            results[position] = try await addPipelined(paths[position], bases: bases[position])
        }
        return results.compactMap { $0 }
    }

    private func addPipelined(_ path: FilePath, bases: FileBases) async throws -> IngestedObject {
        let (reading, beginning) = try await pool.run { [ingest] in try ingest.begin(path, bases: bases) }
        let begun = try await take(beginning, of: reading)
        let queue = ChunkQueue(capacity: IngestSession.queueCapacity)
        let roles = Turns(count: 1)
        let result = Outcome()
        try await pool.onEveryThread { [ingest, store] in
            do throws(StoreError) {
                var worker = FrameWorker(store)
                if roles.next() != nil {
                    result.object = try ingest.add(reading, after: begun, through: queue, worker: &worker)
                }
                try ingest.work(through: queue, worker: &worker)
            } catch {
                queue.close(failure: error)
                throw error
            }
        }
        guard let object = result.object else { throw StoreError.changedWhileRead(path) }
        return object
    }

    /// Takes as much of a file's beginning as is known.
    private func take(
        _ beginning: KnownBeginning?,
        of reading: FileReading
    ) async throws -> KnownBeginning.Outcome {
        guard let beginning else { return KnownBeginning.Outcome() }
        try await pool.onEveryThread { [ingest, store] in
            var worker = FrameWorker(store)
            try ingest.work(on: beginning, of: reading, worker: &worker)
        }
        let (begun, wasted) = beginning.finish()
        // These bytes come again.
        ingest.progress(-wasted)
        return begun
    }

    /// What the reading thread of a file brings back.
    private final class Outcome: Sendable {
        private let stored = Mutex<IngestedObject?>(nil)

        var object: IngestedObject? {
            get { stored.withLock { $0 } }
            set { stored.withLock { $0 = newValue } }
        }
    }

    /// Adds bytes that are no file, such as a link's text.
    package func add(_ bytes: [UInt8]) throws(StoreError) -> IngestedObject {
        try add(bytes, cutAt: [bytes.count], as: .data)
    }

    /// Adds a tree's listing.
    package func add(_ listing: TreeListing) throws(StoreError) -> IngestedObject {
        let bytes = listing.encoded
        return try add(bytes, cutAt: ListingCuts.ends(in: bytes, of: listing), as: .metadata)
    }

    private func add(_ bytes: [UInt8], cutAt ends: [Int], as role: FrameRole) throws(StoreError) -> IngestedObject {
        let oid = SHA256.digest(of: bytes)
        let object = IngestedObject(oid: oid, size: Int64(bytes.count), status: nil, readAt: 0, note: "", tensors: [])
        guard !bytes.isEmpty else { return object }
        try worker.withLock { worker throws(StoreError) in
            var references: [FrameReference] = []
            var start = 0
            for end in ends {
                let chunk = bytes[start..<end].withUnsafeBytes { buffer in
                    Result { () throws(StoreError) in try frames.put(buffer, as: role, worker: &worker) }
                }
                references.append(try chunk.get())
                start = end
            }
            let manifest = ManifestIngest(frames: frames)
            try manifest.add(oid: oid, size: object.size, references: references, worker: &worker)
        }
        return object
    }

    /// Stores what changed in an object's tensors since the version that `bases` compare with, if any.
    ///
    /// `files` are the object itself, without a name, or those of the tree whose listing it is.
    package func compare(
        _ object: IngestedObject,
        _ files: [(name: String, object: IngestedObject)],
        bases: BaseCatalog
    ) throws(StoreError) {
        guard let earlier = bases.earlier, earlier.oid != object.oid else { return }
        let files = files.map { (name: $0.name, tensors: $0.object.tensors) }
        let comparison = earlier.comparison(of: object.oid, size: object.size, files: files)
        guard !comparison.isEmpty else { return }
        try worker.withLock { worker throws(StoreError) in
            for part in comparison.encodedParts(atMost: store.sizes.frameByteCount) {
                let frame = try ManifestIngest(frames: frames).put(part, worker: &worker)
                let entry = ObjectEntry(oid: object.oid, frame: frame.id, size: object.size, kind: .comparison)
                frames.remember(entry)
            }
        }
    }

    /// Ends a session that will not finish; what it stored in full packs stays for the next one.
    package func abandon() { frames.abandon() }

    /// What a session did.
    package struct Summary: Sendable {
        /// Bytes added to packs.
        package let stored: Int64
        /// Raw bytes that the store had already.
        package let reused: Int64
    }

    /// Seals the packs and writes their index, so that what follows can be stored as differences to what was added so
    /// far.
    package func makeReadable() throws(StoreError) {
        let packs = try frames.finish()
        let objects = frames.newlyRemembered()
        if !packs.isEmpty || !objects.isEmpty {
            var contents = IndexContents()
            for pack in packs { contents.add(pack) }
            for object in objects { contents.add(object) }
            try store.publish(contents)
        }
    }

    /// Seals the packs, writes their index and the object indexes of `pointers`, in this order, and returns what was
    /// done.
    package func finish(pointers: [Pointer]) throws(StoreError) -> Summary {
        try makeReadable()
        known?.trim()
        let compared = Set(frames.remembered.filter { $0.kind == .comparison }.map(\.oid))
        for pointer in pointers {
            if compared.contains(pointer.oid) {
                try store.renewObjectIndex(of: pointer)
            } else {
                try store.publishObjectIndex(of: pointer)
            }
        }
        let totals = frames.totals
        return Summary(stored: totals.stored, reused: totals.reused)
    }
}
