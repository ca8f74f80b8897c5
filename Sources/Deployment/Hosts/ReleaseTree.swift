import Codec
import ModelCore
package import SystemIO
package import SystemPackage

/// The directory of a release on this machine.
package struct ReleaseTree: Sendable {
    private static let blockByteCount = 1 << 20
    private static let writeBits: UInt16 = 0o222

    /// The directory.
    let path: FilePath

    /// The files as they stand there, links not followed.
    func files() throws(IOError) -> [StandingFile] {
        try DirectoryWalk.entries(under: path).map { entry in
            let kind: StandingFile.Kind =
                switch entry.status.kind {
                case .regular: .regular
                case .symbolicLink: .link
                case .directory, .other: .other
                }
            let status = entry.status
            return StandingFile(
                path: entry.path,
                kind: kind,
                size: status.size,
                isExecutable: status.isExecutable
            )
        }
    }

    /// Reads everything, on all threads, and says what is not as the listing has it, a line each.
    func differences(from listing: TreeListing, until cancellation: Cancellation) async throws -> [String] {
        guard try FileStatus.of(path)?.kind == .directory else { return ["\(path) is missing"] }
        let found = StandingFile.differences(of: try files(), from: listing)
        // What is no such file, or has another length, need not be read.
        let odd = Set(found.map { Array($0.path.utf8) })
        let sound = listing.entries.filter { !odd.contains($0.path.bytes) }
        let digests = try await WorkerPool.shared.map(0..<sound.count) { position in
            try digest(of: sound[position], until: cancellation)
        }
        return found.map(\.line)
            + zip(sound, digests).filter { $0.digest != $1 }
            .map { StandingFile.Difference(path: $0.0.path.text, problem: "has other bytes").line }
    }

    private func digest(of entry: TreeEntry, until cancellation: Cancellation) throws -> Digest {
        let place = path.appending(entry.path.text)
        guard entry.mode != .link else { return SHA256.digest(of: Array(try SymbolicLink.target(of: place).utf8)) }
        let file = try OpenFile(reading: place)
        var hash = SHA256()
        let size = Int(min(Int64(ReleaseTree.blockByteCount), max(1, entry.size)))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while true {
            try cancellation.check()
            let count = try file.read(into: buffer, at: offset)
            if count == 0 { break }
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
        return hash.finish()
    }

    /// Takes the right to write from files and directories, and makes names survive a power cut; the top stays as it
    /// is, for a directory that may not be written to cannot be moved.
    func settle() throws(IOError) { try settle(path, isTop: true) }

    private func settle(_ directory: FilePath, isTop: Bool) throws(IOError) {
        for entry in try DirectoryEntry.all(in: directory) {
            let place = directory.appending(entry.name)
            switch entry.kind {
            case .directory: try settle(place, isTop: false)
            case .regular: try ReleaseTree.protect(place)
            case .symbolicLink, .other: break
            }
        }
        try DurableFile.synchronizeDirectory(directory)
        if !isTop { try ReleaseTree.protect(directory) }
    }

    /// Takes the right to write to a file or directory.
    static func protect(_ path: FilePath) throws(IOError) {
        guard let status = try FileStatus.of(path), status.permissions & writeBits != 0 else { return }
        try DurableFile.setPermissions(status.permissions & ~writeBits, of: path)
    }

    /// Gives the owner the right to write to a directory.
    static func unprotect(_ path: FilePath) throws(IOError) {
        guard let status = try FileStatus.of(path), status.kind == .directory, status.permissions & 0o200 == 0 else {
            return
        }
        try DurableFile.setPermissions(status.permissions | 0o200, of: path)
    }

    /// Removes a directory, or what else there is, whether it may be written to or not; throws `IOError`.
    package static func remove(_ path: FilePath) throws(IOError) {
        if try FileStatus.of(path)?.kind == .directory { try open(path) }
        try Directories.removeTree(path)
    }

    private static func open(_ directory: FilePath) throws(IOError) {
        try unprotect(directory)
        for entry in try DirectoryEntry.all(in: directory) where entry.kind == .directory {
            try open(directory.appending(entry.name))
        }
    }
}
