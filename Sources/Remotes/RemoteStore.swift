import Codec
package import ModelCore
package import Store
import SystemIO
package import SystemPackage

/// The store that a remote holds: its format, its indexes, and what of them this machine has seen already.
package struct RemoteStore: Sendable {
    /// More than any format file has, in bytes: a server may send whatever it likes.
    private static let formatByteLimit = 64 << 10

    /// Where the store is.
    package let remote: any Remote
    /// The directory of this machine that keeps the indexes already read.
    private let cache: FilePath

    /// Creates a view of the store in `remote`, with a cache directory of its own.
    package init(_ remote: any Remote, cache: FilePath) {
        self.remote = remote
        self.cache = cache
    }

    /// Returns the format of the store, or `nil` where there is none yet.
    package func format() async throws(RemoteError) -> StoreFormat? {
        let bytes: [UInt8]
        do { bytes = try await remote.read(StoreLayout.format, range: 0..<RemoteStore.formatByteLimit) } catch {
            if case .notFound = error { return nil }
            throw error
        }
        guard bytes.count < RemoteStore.formatByteLimit else {
            throw .wrongContent(remote.name, file: StoreLayout.format, problem: "it is longer than any format file")
        }
        do throws(FormatError) {
            let format = try StoreFormat(parsing: String(decoding: bytes, as: UTF8.self))
            if let flag = format.unknownForReading.first { throw FormatError("store format", .newer(flag)) }
            return format
        } catch {
            throw RemoteError(remote.name, StoreLayout.format, error)
        }
    }

    /// Refuses to read where there is no store, or one that this version does not understand.
    package func requireReadable() async throws(RemoteError) {
        guard try await format() != nil else { throw absence() }
    }

    /// Why there is no store: a directory that is not there at all is more likely unmounted or moved than never written
    /// to.
    func absence() -> RemoteError {
        if let directory = remote.lockableDirectory {
            do {
                if try FileStatus.of(directory, followingLinks: true) == nil { return .absent(remote.name) }
            } catch { return .io(remote.name, error) }
        }
        return .notFound(remote.name, file: "store: it has no format file")
    }

    /// Refuses to write to a store whose flags this version does not know, and starts one where there is none.
    package func requireWritable() async throws(RemoteError) {
        if let format = try await format() {
            if let flag = format.unknownForWriting.first {
                throw .needsNewerVersion(remote.name, file: StoreLayout.format, flag)
            }
            return
        }
        try await remote.write(Array(StoreFormat().text.utf8), to: StoreLayout.format)
    }

    /// Joins the users of the store, where its files can be locked, so that nobody takes packs away meanwhile.
    package func join() throws(StoreError) -> StoreLock? {
        guard let directory = remote.lockableDirectory else { return nil }
        return try StoreLock.join(directory)
    }

    /// How often the list of indexes is read again because one of them was merged away meanwhile.
    private static let maximumListings = 4

    /// Returns the indexes of the store: one listing, and those files that this machine has not seen.
    package func indexes() async throws(RemoteError) -> IndexSet {
        try await relisting { () async throws(RemoteError) in try await indexes(in: try await remote.list("index")) }
    }

    /// Lists and reads what was listed, and does so again where an index is gone by then, for what it said is in a
    /// newer one.
    func relisting<Value>(_ body: () async throws(RemoteError) -> Value) async throws(RemoteError) -> Value {
        for _ in 1..<RemoteStore.maximumListings {
            do { return try await body() } catch { guard case .notFound = error else { throw error } }
        }
        return try await body()
    }

    /// Returns the indexes that were listed; one that is gone is `notFound`.
    ///
    /// One that is damaged or not understood is among the problems of the set, for the others may have all that is
    /// needed.
    func indexes(in files: [RemoteFile]) async throws(RemoteError) -> IndexSet {
        let listed = files.filter { $0.name.hasSuffix(".idx") }
        let directory = cache.appending("index")
        do {
            var files: [IndexFile] = []
            var problems: [StoreError] = []
            for file in listed {
                guard let id = StoreLayout.digest(inName: file.name) else { continue }
                let path = directory.appending(file.name)
                if let known = cached(path, byteCount: file.size) {
                    files.append(known)
                } else {
                    do { files.append(try await download(id, to: path)) } catch let error as StoreError {
                        guard error.isAboutContent else { throw error }
                        problems.append(error)
                    }
                }
            }
            try forgetIndexes(in: directory, except: Set(listed.map(\.name)))
            return IndexSet(files, problems: problems)
        } catch { throw wrap(error) }
    }

    /// Opens an index in the cache; one that is missing or damaged is fetched again.
    private func cached(_ path: FilePath, byteCount: Int64) -> IndexFile? {
        do throws(StoreError) {
            let file = try IndexFile(path)
            guard Int64(file.byteCount) == byteCount else { return nil }
            try file.verify()
            return file
        } catch { return nil }
    }

    private func download(_ index: Digest, to path: FilePath) async throws -> IndexFile {
        let file = StoreLayout.index(index)
        let bytes = try await remote.read(file, range: nil)
        guard SHA256.digest(of: bytes) == index else {
            throw RemoteStore.damaged(file, "its bytes do not match its name")
        }
        let parsed = try IndexFile(bytes, path: FilePath(file))
        guard parsed.kind == .index else {
            throw RemoteStore.damaged(file, "it is the index of an object")
        }
        try parsed.verify()
        try keep(bytes, at: path)
        return parsed
    }

    /// Writes an index into the cache; whoever may only read goes without.
    private func keep(_ bytes: [UInt8], at path: FilePath) throws(IOError) {
        do throws(IOError) {
            try Directories.create(path.removingLastComponent(), durable: false)
            try DurableFile.write(bytes, to: path, durable: false)
        } catch { guard error.isReadOnly else { throw error } }
    }

    /// Writes an index into the store and into the cache, so that it is not read back, and returns its name.
    func write(index bytes: [UInt8]) async throws(RemoteError) -> String {
        let file = StoreLayout.index(SHA256.digest(of: bytes))
        try await remote.write(bytes, to: file)
        do { try keep(bytes, at: cache.appending(file)) } catch { throw wrap(error) }
        return file
    }

    private static func damaged(_ file: String, _ problem: String) -> StoreError {
        .damaged(FilePath(file), FormatError("index", .malformed(problem)))
    }

    /// Throws what keeps indexes from saying that something is not in the remote: one of them that could not be used.
    func requireEvery(_ indexes: IndexSet) throws(RemoteError) {
        if let problem = indexes.problems.first { throw wrap(problem) }
    }

    private func forgetIndexes(in directory: FilePath, except names: Set<String>) throws(IOError) {
        guard try FileStatus.of(directory) != nil else { return }
        for entry in try DirectoryEntry.all(in: directory)
        where entry.name.hasSuffix(".idx") && !names.contains(entry.name) {
            do throws(IOError) { try DurableFile.remove(directory.appending(entry.name)) } catch {
                guard error.isReadOnly else { throw error }
            }
        }
    }

    /// Returns the object index of an object, or `nil` where the store has none; it is a hint that may name what is
    /// gone.
    package func objectIndex(_ oid: Digest) async throws(RemoteError) -> IndexFile? {
        let file = StoreLayout.objectIndex(oid)
        let bytes: [UInt8]
        do { bytes = try await remote.read(file, range: nil) } catch {
            if case .notFound = error { return nil }
            throw error
        }
        do {
            let index = try IndexFile(bytes, path: FilePath(file))
            try index.verify()
            return index
        } catch { throw wrap(error) }
    }

    /// Returns the packs that are on their way out.
    package func tombs() async throws(RemoteError) -> Set<Digest> {
        Set(try await remote.list("tomb").compactMap { Digest(hex: $0.name) })
    }

    /// Returns whether an object was taken away from the store for good.
    package func isPurged(_ oid: Digest) async throws(RemoteError) -> Bool {
        try await remote.size(of: StoreLayout.purged(oid)) != nil
    }

    private func wrap(_ error: any Error) -> RemoteError {
        switch error {
        case let error as RemoteError: error
        case let error as IOError, StoreError.io(let error): .io(remote.name, error)
        case StoreError.needsNewerVersion(let path, let what):
            .needsNewerVersion(remote.name, file: path.string, what)
        case StoreError.damaged(let path, let problem):
            .wrongContent(remote.name, file: path.string, problem: "\(problem)")
        default: .unreachable(remote.name, cause: "\(error)")
        }
    }
}
