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
    private let openPacks = Mutex<[Digest: PackFile]>([:])

    /// The number of packs kept mapped at once; a mapping costs address space only, but the kernel limits their number.
    private static let maximumOpenPacks = 4096

    /// Opens an existing store, and refuses one that this version does not understand.
    package init(_ root: FilePath) throws(StoreError) {
        self.root = root
        format = try LocalStore.readFormat(of: root)
        indexSet = Mutex(IndexSet(try LocalStore.openIndexes(of: root)))
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

    private static func openIndexes(of root: FilePath) throws(StoreError) -> [IndexFile] {
        // A file that another process merged away between listing and opening is in a newer one: list again.
        for _ in 0..<8 {
            do { return try listIndexes(of: root) } catch {
                guard case .io(let cause) = error, cause.errno == .noSuchFileOrDirectory else { throw error }
            }
        }
        return try listIndexes(of: root)
    }

    private static func listIndexes(of root: FilePath) throws(StoreError) -> [IndexFile] {
        let directory = root.appending("index")
        let names: [String]
        do { names = try DirectoryEntry.all(in: directory).map(\.name) } catch {
            if error.errno == .noSuchFileOrDirectory { return [] }
            throw .io(error)
        }
        var files: [IndexFile] = []
        for name in names where name.hasSuffix(".idx") && StoreLayout.digest(inName: name) != nil {
            files.append(try IndexFile(directory.appending(name)))
        }
        return files
    }

    /// The indexes as last read.
    package var indexes: IndexSet { indexSet.withLock { $0 } }

    /// Reads the list of indexes again, to see what other processes and sessions added.
    package func refresh() throws(StoreError) {
        let fresh = IndexSet(try LocalStore.openIndexes(of: root))
        indexSet.withLock { $0 = fresh }
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
