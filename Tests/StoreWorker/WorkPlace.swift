import ModelCore
import Store
import SystemIO
import SystemPackage

/// A store that several processes use, and beside it what each of them was promised.
struct WorkPlace {
    /// Cuts so small that a few hundred bytes are several frames, and a few frames a pack.
    static let sizes = StoreSizes(frameByteCount: 700, oneFrameByteCount: 900, packByteCount: 6000)
    static let pool = WorkerPool(threadCount: 2)

    let directory: FilePath

    init(_ directory: FilePath) { self.directory = directory }

    var store: FilePath { directory.appending("store") }

    /// Where a worker keeps the files that it adds.
    func files(of worker: Int) -> FilePath { directory.appending("files-\(worker)") }

    private var promises: FilePath { directory.appending("promises") }

    /// Opens the store anew, as every command does.
    func open() throws -> LocalStore { try LocalStore.openOrCreate(store, sizes: WorkPlace.sizes) }

    /// Returns what a worker holds pointers to, in the order in which they were made.
    func pointers(of worker: Int) throws -> [Pointer] {
        try Directories.create(promises, durable: false)
        let path = promises.appending("\(worker)")
        guard try FileStatus.of(path) != nil else { return [] }
        let bytes = try DurableFile.read(path, limit: 1 << 24)
        return try bytes.split(separator: 0).map { try Pointer(parsing: Array($0)) }
    }

    /// Replaces what a worker holds pointers to: at once, so that a kill leaves the old list or the new one.
    func keep(_ pointers: [Pointer], of worker: Int) throws {
        try DurableFile.write(
            Array(pointers.map(\.encoded).joined(separator: [0])),
            to: promises.appending("\(worker)"),
            durable: false
        )
    }

    /// What any worker holds a pointer to.
    func live() throws -> [Pointer] {
        try Directories.create(promises, durable: false)
        let workers = try DirectoryEntry.all(in: promises).compactMap { Int($0.name) }.sorted()
        return try workers.flatMap { try pointers(of: $0) }
    }
}
