package import ModelCore
import Synchronization
import SystemIO
package import SystemPackage

/// A store in a directory of this machine: the repository's own, a directory remote, or a copy of one.
///
/// Safe from any thread and from several processes at once: files are only ever added under content names, and what
/// collection takes away is guarded by the sweep lock (`docs/decisions/0002-lock-free-gc.md`).
package final class LocalStore: Sendable {
    /// The store's directory.
    package let root: FilePath
    /// What the store's `format` file says.
    package let format: StoreFormat
    /// How large becomes what is written.
    let sizes: StoreSizes
    /// The stores that frames are read from beside this one; nothing is ever written to them or deleted there.
    let alternates: [LocalStore]
    /// Why stores that should be among the alternates, or among theirs, are not.
    package let alternateProblems: [StoreError]

    /// Why the store, which is not there, could not be made.
    private let absence: IOError?

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
    package convenience init(_ root: FilePath, sizes: StoreSizes = .standard) throws(StoreError) {
        try self.init(root, below: [], sizes: sizes)
    }

    /// Opens a store that is an alternate of others, none of which counts again.
    init(_ root: FilePath, below others: [FilePath], sizes: StoreSizes = .standard) throws(StoreError) {
        self.root = root
        self.sizes = sizes
        format = try LocalStore.readFormat(of: root)
        (alternates, alternateProblems) = try StoreAlternates(of: root).open(below: others)
        absence = nil
        indexSet = Mutex(try LocalStore.openIndexes(of: root, known: IndexSet([])))
        isView = false
    }

    /// Creates what stands for a store that is not there and cannot be made.
    private init(absentAt root: FilePath, because absence: IOError) {
        self.root = root
        self.absence = absence
        sizes = .standard
        format = StoreFormat()
        (alternates, alternateProblems) = ([], [])
        indexSet = Mutex(IndexSet([]))
        isView = false
    }

    /// Creates a view of a store as it will be without some packs; it never looks at the list of indexes again.
    init(_ store: LocalStore, without packs: Set<Digest>) {
        root = store.root
        format = store.format
        sizes = store.sizes
        alternates = store.alternates
        alternateProblems = store.alternateProblems
        absence = store.absence
        indexSet = Mutex(IndexSet(store.indexes.files, problems: store.indexes.problems, excluding: packs))
        isView = true
    }

    /// Opens the store at `root`, creating an empty one where there is none.
    package static func openOrCreate(
        _ root: FilePath,
        sizes: StoreSizes = .standard
    ) throws(StoreError) -> LocalStore {
        do {
            if try FileStatus.of(root.appending(StoreLayout.format)) == nil { try create(root) }
        } catch { throw .io(error) }
        return try LocalStore(root, sizes: sizes)
    }

    /// Opens the store at `root`, creating one where there is none.
    ///
    /// Where there is none and the place cannot be written to, it is one with nothing in it, which says so to whoever
    /// wants to write.
    package static func openOrAbsent(_ root: FilePath) throws(StoreError) -> LocalStore {
        do throws(StoreError) { return try openOrCreate(root) } catch {
            guard case .io(let cause) = error, cause.isReadOnly, try isMissing(root) else { throw error }
            return LocalStore(absentAt: root, because: cause)
        }
    }

    private static func isMissing(_ root: FilePath) throws(StoreError) -> Bool {
        do { return try FileStatus.of(root.appending(StoreLayout.format), followingLinks: true) == nil } catch {
            throw .io(error)
        }
    }

    /// Whether the store is not there, and could not be made.
    package var isAbsent: Bool { absence != nil }

    private static func create(_ root: FilePath) throws(IOError) {
        for directory in StoreLayout.directories {
            try Directories.create(root.appending(directory), permissions: 0o777)
        }
        let format = root.appending(StoreLayout.format)
        do { try DurableFile.write(Array(StoreFormat().text.utf8), to: format, permissions: 0o666) } catch {
            // Whoever made the store at the same moment and already collects in it took the file for a killed
            // process's.
            guard error.errno == .noSuchFileOrDirectory, try FileStatus.of(format) != nil else { throw error }
        }
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

    /// Opens the indexes that are not open already; what cannot be used is noted, for the others may have all that is
    /// needed.
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
        for alternate in alternates { try alternate.refresh() }
        try refreshing.withLock { _ throws(StoreError) in
            let fresh = try LocalStore.openIndexes(of: root, known: indexes)
            indexSet.withLock { $0 = fresh }
        }
    }

    /// The directories of the alternates, and of theirs in turn.
    package var alternateRoots: [FilePath] { alternates.flatMap { [$0.root] + $0.alternateRoots } }

    /// Returns why something is not found: an index or alternate that cannot be used, or else `absence`, that it is not
    /// in the store.
    func explained(_ absence: StoreError) -> StoreError {
        do {
            try verifyIndexes()
            return absence
        } catch { return error }
    }

    /// Throws what keeps the store from saying that something is not in it or its alternates.
    func verifyIndexes() throws(StoreError) {
        if let problem = alternateProblems.first { throw problem }
        try indexes.verify()
        for alternate in alternates { try alternate.verifyIndexes() }
    }

    /// Returns the copies of a frame whose packs are there, those of this store first, then those of least depth.
    package func presentCopies(of frame: Digest) throws(StoreError) -> [FrameLocation] {
        var present = try ownCopies(of: frame)
        for alternate in alternates { present += try alternate.presentCopies(of: frame) }
        return present
    }

    /// Returns the copies of a frame in packs that are there in this store, those of least depth first.
    func ownCopies(of frame: Digest) throws(StoreError) -> [FrameLocation] {
        var present: [FrameLocation] = []
        for copy in indexes.copies(of: frame) where try hasPack(copy.pack) { present.append(copy) }
        return present
    }

    /// Returns the copies of a frame that indexes list, those of this store first, then those of least depth.
    package func listedCopies(of frame: Digest) -> [FrameLocation] {
        alternates.reduce(indexes.copies(of: frame)) { $0 + $1.listedCopies(of: frame) }
    }

    /// Returns every entry of an object of one kind, this store's first.
    package func entries(of oid: Digest, kind: ObjectEntry.Kind) -> [ObjectEntry] {
        alternates.reduce(indexes.entries(of: oid, kind: kind)) { $0 + $1.entries(of: oid, kind: kind) }
    }

    /// Returns what indexes know of a pack, here or in an alternate.
    package func listedPack(_ id: Digest) -> IndexContents.Pack? {
        if let pack = indexes.pack(id) { return pack }
        for alternate in alternates { if let pack = alternate.listedPack(id) { return pack } }
        return nil
    }

    /// Returns whether a copy of a frame of less depth than `limit` is there, and all that it decodes against.
    package func hasFrame(_ frame: Digest, below limit: UInt8 = .max) throws(StoreError) -> Bool {
        for copy in try presentCopies(of: frame) where copy.entry.depth < limit {
            guard let base = copy.base else { return true }
            if try hasFrame(base, below: copy.entry.depth) { return true }
        }
        return false
    }

    /// Returns whether a pack is there; one that was there once is not looked for again, for only collection takes
    /// packs away.
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

    /// Opens a pack by name, of this store or an alternate; a pack that is not there is an `IOError` of "no such file".
    package func pack(_ id: Digest) throws(StoreError) -> PackFile {
        if let open = openPacks.withLock({ $0[id] }) { return open }
        let pack: PackFile
        do throws(StoreError) { pack = try PackFile(root.appending(StoreLayout.pack(id)), id: id) } catch {
            guard error.isAbsence, let alternate = alternates.first(where: { $0.listedPack(id) != nil }) else {
                throw error
            }
            return try alternate.pack(id)
        }
        openPacks.withLock { packs in
            if packs.count >= LocalStore.maximumOpenPacks { packs.removeAll() }
            packs[id] = pack
        }
        return pack
    }

    /// Refuses to write to or delete from a store whose flags this version does not know, and one that is not there.
    package func requireWritable() throws(StoreError) {
        if let absence { throw .io(absence) }
        if let flag = format.unknownForWriting.first {
            throw .needsNewerVersion(root.appending(StoreLayout.format), flag)
        }
    }
}
