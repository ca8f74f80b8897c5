import Codec
package import ModelCore
package import SystemIO
package import SystemPackage

/// Rebuilds objects of a store as files.
///
/// Each frame is checked against its name as it is decoded, and the file appears under its name only when it is whole.
package struct ObjectRestore: Sendable {
    /// An object and the file that it becomes.
    package struct Item: Sendable {
        /// The object.
        package let oid: Digest
        /// The object's size in bytes.
        package let size: Int64
        /// Where it goes; a file that is there is replaced.
        package let path: FilePath
        /// Whether the file is executable.
        package let isExecutable: Bool

        /// Creates an item.
        package init(oid: Digest, size: Int64, path: FilePath, isExecutable: Bool) {
            self.oid = oid
            self.size = size
            self.path = path
            self.isExecutable = isExecutable
        }
    }

    /// An object of at least this size is decoded by all threads; smaller ones are done whole, several at once.
    private static let parallelByteCount: Int64 = 32 << 20
    /// How much of an object one thread decodes at a time.
    private static let stretchByteCount: Int64 = 8 << 20

    private let store: LocalStore
    private let pool: WorkerPool
    private let cancellation: Cancellation
    private let progress: @Sendable (Int64) -> Void

    /// Creates a restore from `store`; `progress` gets the number of further bytes done, from any thread.
    package init(
        _ store: LocalStore,
        pool: WorkerPool,
        cancellation: Cancellation,
        progress: @escaping @Sendable (Int64) -> Void
    ) {
        self.store = store
        self.pool = pool
        self.cancellation = cancellation
        self.progress = progress
    }

    /// The state of one restoring thread.
    private struct Worker: ~Copyable {
        var reader: FrameReader
        /// Room for two frames, which are checked together.
        let buffers = (FrameBuffer.allocate(), FrameBuffer.allocate())

        init(_ store: LocalStore) { reader = FrameReader(store) }
    }

    /// Writes every item and returns the status of each file, in the order of the items.
    package func restore(_ items: [Item]) async throws -> [FileStatus] {
        let isSmall = items.map { $0.size < ObjectRestore.parallelByteCount }
        let small = items.indices.filter { isSmall[$0] }
        var results = [FileStatus?](repeating: nil, count: items.count)
        let restored = try await pool.map(small.count, state: { Worker(store) }) { turn, worker in
            try restore(items[small[turn]], worker: &worker)
        }
        for (position, status) in zip(small, restored) { results[position] = status }
        for position in items.indices where !isSmall[position] {
            results[position] = try await restoreInParallel(items[position])
        }
        return results.compactMap { $0 }
    }

    private func restore(_ item: Item, worker: inout Worker) throws(StoreError) -> FileStatus {
        var failure: StoreError?
        for map in try store.maps(of: item.oid, size: item.size, reader: &worker.reader) {
            do throws(StoreError) {
                let file = try begin(item)
                try write(map.stretches[...], of: item.oid, into: file.file, worker: &worker)
                return try commit(file, item)
            } catch { failure = failure ?? error }
        }
        throw failure ?? store.explained(.missingObject(item.oid))
    }

    private func restoreInParallel(_ item: Item) async throws -> FileStatus {
        var failure: StoreError?
        for map in try maps(of: item) {
            do {
                let file = try begin(item)
                try await write(map, into: file.path)
                return try commit(file, item)
            } catch let error as StoreError { failure = failure ?? error }
        }
        throw failure ?? store.explained(.missingObject(item.oid))
    }

    private func maps(of item: Item) throws(StoreError) -> [ObjectMap] {
        var reader = FrameReader(store)
        return try store.maps(of: item.oid, size: item.size, reader: &reader)
    }

    private func write(_ map: ObjectMap, into path: FilePath) async throws {
        let groups = ObjectRestore.groups(of: map)
        _ = try await pool.map(groups.count, state: { Worker(store) }) { turn, worker in
            let file = try OpenFile(writing: path)
            try write(groups[turn], of: map.oid, into: file, worker: &worker)
        }
    }

    /// Returns runs of stretches that one thread decodes at a time.
    private static func groups(of map: ObjectMap) -> [ArraySlice<ObjectMap.Stretch>] {
        var groups: [ArraySlice<ObjectMap.Stretch>] = []
        var start = 0
        for (position, stretch) in map.stretches.enumerated()
        where stretch.offset - map.stretches[start].offset >= stretchByteCount {
            groups.append(map.stretches[start..<position])
            start = position
        }
        if start < map.stretches.count { groups.append(map.stretches[start...]) }
        return groups
    }

    private func write(
        _ stretches: ArraySlice<ObjectMap.Stretch>,
        of oid: Digest,
        into file: borrowing OpenFile,
        worker: inout Worker
    ) throws(StoreError) {
        var waiting: (frame: FrameReference, offset: Int64)?
        for stretch in stretches {
            do { try cancellation.check() } catch { throw .cancelled }
            switch stretch.source {
            case .inline(let bytes):
                let result = bytes.withUnsafeBytes { raw in
                    Result { () throws(StoreError) in try put(raw, at: stretch.offset, in: file) }
                }
                try result.get()
            case .frame(let frame):
                guard let first = waiting.take() else {
                    waiting = (frame, stretch.offset)
                    continue
                }
                let one = worker.buffers.0.prefix(first.frame.byteCount)
                let other = worker.buffers.1.prefix(frame.byteCount)
                try worker.reader.read((first.frame, one), (frame, other), of: oid)
                try put(UnsafeRawBufferPointer(one), at: first.offset, in: file)
                try put(UnsafeRawBufferPointer(other), at: stretch.offset, in: file)
            }
        }
        guard let last = waiting else { return }
        let bytes = worker.buffers.0.prefix(last.frame.byteCount)
        try worker.reader.read(last.frame, of: oid, into: bytes)
        try put(UnsafeRawBufferPointer(bytes), at: last.offset, in: file)
    }

    private func put(
        _ bytes: UnsafeRawBufferPointer,
        at offset: Int64,
        in file: borrowing OpenFile
    ) throws(StoreError) {
        do { try file.write(bytes, at: offset) } catch { throw .io(error) }
        progress(Int64(bytes.count))
    }

    private func begin(_ item: Item) throws(StoreError) -> TemporaryFile {
        do {
            return try TemporaryFile(beside: item.path, permissions: item.isExecutable ? 0o777 : 0o666)
        } catch { throw .io(error) }
    }

    private func commit(_ file: consuming TemporaryFile, _ item: Item) throws(StoreError) -> FileStatus {
        do {
            // The working copy can be restored again: synchronising each of its files would only make checkout slow.
            try file.commit(to: item.path, durable: false)
            guard let status = try FileStatus.of(item.path) else { throw StoreError.changedWhileRead(item.path) }
            return status
        } catch let error as IOError { throw .io(error) } catch { throw .changedWhileRead(item.path) }
    }
}

extension BufferPool.Buffer {
    fileprivate func prefix(_ count: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: bytes[..<count])
    }
}
