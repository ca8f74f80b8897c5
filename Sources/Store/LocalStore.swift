package import ModelCore
import Synchronization
import SystemIO
package import SystemPackage

/// A store in a directory of this machine: the repository's own, a directory remote, or a copy of one.
///
/// Safe from any thread and from several processes at once: files are only ever added under content names, and what collection
/// takes away is guarded by the sweep lock (`docs/decisions/0002-lock-free-gc.md`).
package final class LocalStore: Sendable {
    /// The store's directory.
    package let root: FilePath
    /// What the store's `format` file says.
    package let format: StoreFormat

    private let indexSet: Mutex<IndexSet>
    /// Whether the store is seen as it will be, whatever indexes are there.
    private let isView: Bool
    /// Held while the indexes are listed, so that an older listing never takes the place of a newer one.
    private let refreshing = Mutex(())
    private let openPacks = Mutex<[Digest: PackFile]>([:])
    private let presentPacks = Mutex<Set<Digest>>([])

    /// The number of packs kept mapped at once; a mapping costs address space only, but the kernel limits their number.
    private static let maximumOpenPacks = 4096

    /// Opens an existing store, and refuses one that this version does not understand.
    package init(_ root: FilePath) throws(StoreError) {
        self.root = root
        format = try LocalStore.readFormat(of: root)
        indexSet = Mutex(try LocalStore.openIndexes(of: root, known: IndexSet([])))
        isView = false
    }

    /// Creates a view of a store as it will be without some packs; it never looks at the list of indexes again.
    init(_ store: LocalStore, without packs: Set<Digest>) {
        root = store.root
        format = store.format
        indexSet = Mutex(IndexSet(store.indexes.files, problems: store.indexes.problems, excluding: packs))
        isView = true
    }

    /// Opens the store at `root`, creating an empty one where there is none.
    package static func openOrCreate(_ root: FilePath) throws(StoreError) -> LocalStore {
        do {
            if try FileStatus.of(root.appending(StoreLayout.format)) == nil {
                for directory in StoreLayout.directories {
                    try Directories.create(root.appending(directory), permissions: 0o777)
                }
                try DurableFile.write(
                    Array(StoreFormat().text.utf8),
                    to: root.appending(StoreLayout.format),
                    permissions: 0o666
                )
            }
        } catch { throw .io(error) }
        return try LocalStore(root)
    }

    private static func readFormat(of root: FilePath) throws(StoreError) -> StoreFormat {
        let path = root.appending(StoreLayout.format)
        let bytes: [UInt8]
        do {
            guard try FileStatus.of(path) != nil else { throw StoreError.notFound(root) }
            bytes = try DurableFile.read(path, limit: 65_536)
        } catch let error as IOError { throw .io(error) } catch { throw .notFound(root) }
        do throws(FormatError) {
            let format = try StoreFormat(parsing: String(decoding: bytes, as: UTF8.self))
            if let flag = format.unknownForReading.first { throw FormatError("store format", .newer(flag)) }
            return format
        } catch {
            if case .newer(let what) = error.problem { throw .needsNewerVersion(path, what) }
            throw .damaged(path, error)
        }
    }

    private static func openIndexes(of root: FilePath, known: IndexSet) throws(StoreError) -> IndexSet {
        // A file that another process merged away between listing and opening is in a newer one: list again.
        for _ in 0..<8 {
            do { return try listIndexes(of: root, known: known) } catch {
                guard case .io(let cause) = error, cause.errno == .noSuchFileOrDirectory else { throw error }
            }
        }
        return try listIndexes(of: root, known: known)
    }

    /// Opens the indexes that are not open already; what cannot be used is noted, for the others may have all that is needed.
    private static func listIndexes(of root: FilePath, known: IndexSet) throws(StoreError) -> IndexSet {
        let directory = root.appending("index")
        let names: [String]
        do { names = try DirectoryEntry.all(in: directory).map(\.name) } catch {
            if error.errno == .noSuchFileOrDirectory { return IndexSet([]) }
            throw .io(error)
        }
        let open = Dictionary(known.files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        var files: [IndexFile] = []
        var problems: [StoreError] = []
        for name in names where name.hasSuffix(".idx") && StoreLayout.digest(inName: name) != nil {
            let path = directory.appending(name)
            if let file = open[path] {
                files.append(file)
                continue
            }
            do throws(StoreError) { files.append(try IndexFile(path)) } catch {
                guard error.isAboutContent else { throw error }
                problems.append(error)
            }
        }
        let isUnchanged = problems.isEmpty && known.problems.isEmpty && files.map(\.path) == known.files.map(\.path)
        return isUnchanged ? known : IndexSet(files, problems: problems)
    }

    /// The indexes as last read.
    package var indexes: IndexSet { indexSet.withLock { $0 } }

    /// Reads the list of indexes again, to see what other processes and sessions added.
    package func refresh() throws(StoreError) {
        guard !isView else { return }
        try refreshing.withLock { _ throws(StoreError) in
            let fresh = try LocalStore.openIndexes(of: root, known: indexes)
            indexSet.withLock { $0 = fresh }
        }
    }

    /// Returns why something is not found: an index that cannot be used, or else `absence`, that it is not in the store.
    func explained(_ absence: StoreError) -> StoreError {
        do {
            try indexes.verify()
            return absence
        } catch { return error }
    }

    /// Returns the copies of a frame whose packs are there, those of least depth first.
    package func presentCopies(of frame: Digest) throws(StoreError) -> [FrameLocation] {
        var present: [FrameLocation] = []
        for copy in indexes.copies(of: frame) where try hasPack(copy.pack) { present.append(copy) }
        return present
    }

    /// Returns whether a pack is there; one that was there once is not looked for again, for only collection takes packs away.
    private func hasPack(_ id: Digest) throws(StoreError) -> Bool {
        if presentPacks.withLock({ $0.contains(id) }) { return true }
        do { guard try FileStatus.of(root.appending(StoreLayout.pack(id))) != nil else { return false } } catch {
            throw .io(error)
        }
        presentPacks.withLock { _ = $0.insert(id) }
        return true
    }

    /// Forgets which packs are there and open, after some were taken away.
    func forgetPacks() {
        presentPacks.withLock { $0 = [] }
        openPacks.withLock { $0 = [:] }
    }

    /// Opens a pack by name; a pack that is not there is an `IOError` of "no such file".
    package func pack(_ id: Digest) throws(StoreError) -> PackFile {
        if let open = openPacks.withLock({ $0[id] }) { return open }
        let pack = try PackFile(root.appending(StoreLayout.pack(id)), id: id)
        openPacks.withLock { packs in
            if packs.count >= LocalStore.maximumOpenPacks { packs.removeAll() }
            packs[id] = pack
        }
        return pack
    }

    /// Refuses to write to or delete from a store whose flags this version does not know.
    package func requireWritable() throws(StoreError) {
        if let flag = format.unknownForWriting.first {
            throw .needsNewerVersion(root.appending(StoreLayout.format), flag)
        }
    }
}
