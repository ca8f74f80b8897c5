import Codec
import ModelCore
import Store
import SystemIO
import SystemPackage

/// Brings artifacts on disk in line with pointers, from the local store.
struct ArtifactRestore {
    let store: LocalStore
    let pool: WorkerPool
    let cancellation: Cancellation
    let progress: @Sendable (Int64) -> Void
    /// Files of objects that are there already, and only have to be moved.
    var drafts: ObjectDrafts?
    /// Whether even bytes that are in no store are written over.
    var isForced = false

    /// Writes the artifact at `path`; of a tree, only files that differ from what is there.
    ///
    /// What is there must be in some store already, or be known to be unwanted: the caller has looked.
    func restore(
        _ pointer: Pointer,
        isExecutable: Bool,
        to path: FilePath,
        isIncluded: (RepositoryPath) -> Bool,
        cache: inout StatCache
    ) async throws {
        switch pointer.kind {
        case .file:
            try makeRoom(at: path, isIncluded: isIncluded)
            try await restore([(pointer, isExecutable, path)], cache: &cache)
        case .tree: try await restoreTree(pointer, to: path, isIncluded: isIncluded, cache: &cache)
        }
    }

    /// Writes files, several at once; what is there is as `restore` says.
    func restore(
        _ files: [(pointer: Pointer, isExecutable: Bool, path: FilePath)],
        cache: inout StatCache
    ) async throws {
        var items: [ObjectRestore.Item] = []
        for (pointer, isExecutable, path) in files {
            try makeRoom(at: path) { _ in true }
            try Directories.create(path.removingLastComponent(), durable: false)
            items.append(
                ObjectRestore.Item(
                    oid: pointer.oid,
                    size: pointer.size,
                    path: path,
                    isExecutable: isExecutable
                )
            )
        }
        try await write(items, cache: &cache)
    }

    private func restoreTree(
        _ pointer: Pointer,
        to root: FilePath,
        isIncluded: (RepositoryPath) -> Bool,
        cache: inout StatCache
    ) async throws {
        var reader = FrameReader(store)
        let listing = try store.listing(pointer.oid, reader: &reader).tree
        let status = try FileStatus.of(root)
        let present = status?.kind == .directory ? try DirectoryWalk.entries(under: root) : []
        let paths = try present.map { try RepositoryPath($0.path) }
        let leftOut = paths.filter { !isIncluded($0) }
        if !leftOut.isEmpty { try await requireFree(listing, in: root, of: leftOut, cache: &cache) }
        if let status, status.kind != .directory { try DurableFile.remove(root) }
        try Directories.create(root, durable: false)
        try removeOthers(than: listing, among: paths.filter(isIncluded), in: root)
        var items: [ObjectRestore.Item] = []
        for (entry, path) in zip(listing.entries, try places(of: listing, in: root)) {
            try makeRoom(at: path) { isIncluded(entry.path.appending($0)) }
            if try isCurrent(entry, at: path, cache: cache) { continue }
            try Directories.create(path.removingLastComponent(), durable: false)
            if entry.mode == .link {
                try restoreLink(entry, to: path)
            } else {
                items.append(
                    ObjectRestore.Item(
                        oid: entry.digest,
                        size: entry.size,
                        path: path,
                        isExecutable: entry.mode == .executable
                    )
                )
            }
        }
        try await write(items, cache: &cache)
    }

    /// Returns whether a file is what an entry says, as far as the stat cache knows.
    private func isCurrent(_ entry: TreeEntry, at path: FilePath, cache: StatCache) throws -> Bool {
        guard let status = try FileStatus.of(path) else { return false }
        switch entry.mode {
        case .link: return try status.kind == .symbolicLink && isLink(entry, at: path)
        case .regular, .executable:
            return status.kind == .regular && status.isExecutable == (entry.mode == .executable)
                && status.size == entry.size && cache.oid(of: status) == entry.digest
        }
    }

    private func isLink(_ entry: TreeEntry, at path: FilePath) throws -> Bool {
        let target = Array(try SymbolicLink.target(of: path).utf8)
        return Int64(target.count) == entry.size && SHA256.digest(of: target) == entry.digest
    }

    private func restoreLink(_ entry: TreeEntry, to path: FilePath) throws {
        var target: [UInt8] = []
        try ObjectStream.read(entry.digest, size: entry.size, from: store) { target += Array($0) }
        try LinkTarget.check(target, at: entry.path)
        if try FileStatus.of(path) != nil { try DurableFile.remove(path) }
        try SymbolicLink.write(target: String(decoding: target, as: UTF8.self), to: path)
    }

    /// Returns where the files of a listing go.
    ///
    /// A link on the way is an error: the repository says what is left out of an artifact, and so may have put one
    /// there that leads anywhere.
    private func places(of listing: TreeListing, in root: FilePath) throws -> [FilePath] {
        var sound: Set<RepositoryPath> = []
        return try listing.entries.map { entry in
            guard let parent = entry.path.parent, sound.insert(parent).inserted else {
                return root.appending(entry.path.text)
            }
            return try SafeRelativePath.resolve(root: root, components: entry.path.components)
        }
    }

    /// Takes away the files that the listing does not have.
    private func removeOthers(than listing: TreeListing, among present: [RepositoryPath], in root: FilePath) throws {
        let wanted = Set(listing.entries.map(\.path))
        for file in present where !wanted.contains(file) {
            let path = root.appending(file.text)
            try DurableFile.remove(path)
            var directory = path.removingLastComponent()
            while directory != root, try Directories.removeIfEmpty(directory) { directory.removeLastComponent() }
        }
    }

    /// Takes away a directory that is where a file goes, unless it holds files that are left out of the artifact.
    private func makeRoom(at place: FilePath, isIncluded: (RepositoryPath) -> Bool) throws {
        guard try FileStatus.of(place)?.kind == .directory else { return }
        let present = try DirectoryWalk.entries(under: place).map { try RepositoryPath($0.path) }
        if present.allSatisfy(isIncluded) {
            for file in present { try DurableFile.remove(place.appending(file.text)) }
            try Directories.removeEmptyDirectories(in: place)
            if try Directories.removeIfEmpty(place) { return }
        }
        throw LeftOutFiles.inTheWay(at: place)
    }

    /// Refuses before anything changes where files that are left out of a tree would be lost, or are in the way of its
    /// own.
    private func requireFree(
        _ listing: TreeListing,
        in root: FilePath,
        of leftOut: [RepositoryPath],
        cache: inout StatCache
    ) async throws {
        let wanted = Dictionary(listing.entries.map { ($0.path, $0) }) { first, _ in first }
        for file in leftOut {
            let path = root.appending(file.text)
            if !isForced, let entry = wanted[file], try !isCurrent(entry, at: path, cache: cache) {
                try await requireStored(path, in: root, cache: &cache)
            }
            for directory in sequence(first: file, next: \.parent).dropFirst() where wanted[directory] != nil {
                throw LeftOutFiles.inTheWay(at: root.appending(directory.text))
            }
        }
        let obstacles = Set(leftOut)
        for entry in listing.entries
        where sequence(first: entry.path, next: \.parent).dropFirst().contains(where: obstacles.contains) {
            // No directory that goes on to the file: this says why.
            _ = try SafeRelativePath.resolve(root: root, components: entry.path.components)
        }
    }

    /// Refuses to write over a file that is left out of the tree, and whose bytes are in no store: the caller has not
    /// looked at it.
    private func requireStored(_ place: FilePath, in root: FilePath, cache: inout StatCache) async throws {
        guard let file = try ArtifactFiles(at: place) else { return }
        let found = try await ArtifactHash(pool: pool, cancellation: cancellation).pointer(of: file, cache: &cache)
        guard !Closure(of: [found], in: store).isComplete else { return }
        throw LeftOutFiles.unstored(place, in: root)
    }

    private func write(_ items: [ObjectRestore.Item], cache: inout StatCache) async throws {
        guard !items.isEmpty else { return }
        let restore = ObjectRestore(store, pool: pool, cancellation: cancellation, progress: progress)
        var statuses = items.map { item -> FileStatus? in
            guard !item.isExecutable, let status = drafts?.put(item.oid, at: item.path) else { return nil }
            progress(item.size)
            return status
        }
        let rest = items.indices.filter { statuses[$0] == nil }
        for (position, status) in zip(rest, try await restore.restore(rest.map { items[$0] })) {
            statuses[position] = status
        }
        try await remember(items, statuses.compactMap { $0 }, cache: &cache)
    }

    /// Notes what was written.
    ///
    /// A file that changes within its own clock tick keeps its times, so that the last ones are looked at again.
    private func remember(
        _ items: [ObjectRestore.Item],
        _ statuses: [FileStatus],
        cache: inout StatCache
    ) async throws {
        let newest = statuses.map { max($0.modified, $0.changed) }.max() ?? 0
        let wait = newest + StatCache.fineGranularity + 1_000_000 - WallClock.now()
        if wait > 0 { try await Task.sleep(for: .nanoseconds(wait)) }
        let now = WallClock.now()
        for (item, status) in zip(items, statuses) where try FileStatus.of(item.path) == status {
            cache.record(item.oid, of: status, readAt: now)
        }
    }
}
