import Codec
import ModelCore
import Store
import SystemIO
import SystemPackage

/// Finds what pointer an artifact on disk would have, reading only files that changed since they were last read.
struct ArtifactHash {
    private static let blockByteCount = 4 << 20

    let pool: WorkerPool
    let cancellation: Cancellation
    /// Tells the wall-clock time in ns.
    var now: @Sendable () -> Int64 = { WallClock.now() }

    /// Returns the pointer, and notes in `cache` what had to be read.
    func pointer(of artifact: ArtifactFiles, cache: inout StatCache) async throws -> Pointer {
        try await pointers(of: artifact, cache: &cache).whole
    }

    /// Returns the pointer, those that its files would have by themselves, and the listing of a tree, and notes in
    /// `cache` what had to be read.
    func pointers(
        of artifact: ArtifactFiles,
        cache: inout StatCache
    ) async throws -> (whole: Pointer, parts: [Pointer], listing: TreeListing?) {
        let digests = try await digests(of: artifact.files, cache: &cache)
        let parts = zip(artifact.files, digests).map { Pointer(oid: $1, size: $0.status.size, kind: .file) }
        switch artifact.kind {
        case .file: return (parts[0], parts, nil)
        case .tree:
            let listing = try ArtifactHash.listing(of: artifact, digests: digests)
            return (listing.pointer, parts, listing)
        }
    }

    /// Returns the listing of a tree whose files have these digests, in their order.
    static func listing(of artifact: ArtifactFiles, digests: [Digest]) throws -> TreeListing {
        try TreeListing(
            zip(artifact.files, digests).compactMap { file, digest -> TreeEntry? in
                guard let path = file.relative else { return nil }
                let mode: TreeEntry.Mode =
                    file.status.kind == .symbolicLink ? .link : file.status.isExecutable ? .executable : .regular
                return TreeEntry(mode: mode, size: file.status.size, digest: digest, path: path)
            }
        )
    }

    private func digests(of files: [ArtifactFiles.File], cache: inout StatCache) async throws -> [Digest] {
        var digests = files.map { cache.oid(of: $0.status) }
        let unknown = files.indices.filter { digests[$0] == nil }
        guard !unknown.isEmpty else { return digests.compactMap { $0 } }
        let read = try await pool.map(0..<unknown.count) { position in
            let file = files[unknown[position]]
            // Whatever changes a file from here on has to show in its times: the clock comes first.
            let readAt = now()
            return (digest: try digest(of: file), readAt: readAt)
        }
        for (position, result) in zip(unknown, read) {
            digests[position] = result.digest
            cache.record(result.digest, of: files[position].status, readAt: result.readAt)
        }
        return digests.compactMap { $0 }
    }

    private func digest(of file: ArtifactFiles.File) throws -> Digest {
        if file.status.kind == .symbolicLink {
            return SHA256.digest(of: Array(try SymbolicLink.target(of: file.path).utf8))
        }
        let source = try OpenFile(reading: file.path)
        guard try source.status() == file.status else { throw StoreError.changedWhileRead(file.path) }
        var hash = SHA256()
        var offset: Int64 = 0
        let size = Int(min(Int64(ArtifactHash.blockByteCount), max(1, file.status.size)))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
        defer { buffer.deallocate() }
        while true {
            try cancellation.check()
            let count = try source.read(into: buffer, at: offset)
            if count == 0 { break }
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
            offset += Int64(count)
        }
        guard try source.status() == file.status else { throw StoreError.changedWhileRead(file.path) }
        return hash.finish()
    }
}

extension TreeListing {
    /// The pointer of the tree that this lists.
    var pointer: Pointer { Pointer(oid: SHA256.digest(of: encoded), size: contentSize, kind: .tree) }
}
