import SystemPackage

/// A directory that a walk has open; it is closed when no step needs it any more.
final class WalkDirectory: @unchecked Sendable {
    // SAFETY: one step alone reads the names, before any other gets the directory; the others use its descriptor only,
    // which any number of threads may do.
    let stream: DirectoryStream

    /// What the paths of its entries begin with: nothing at the root of the walk, else the directory's own path and
    /// `/`.
    let prefix: String

    init(_ stream: consuming DirectoryStream, prefix: String) {
        self.stream = stream
        self.prefix = prefix
    }

    /// Opens a directory of this one; `nil` when it has vanished.
    func directory(named name: String) throws(IOError) -> WalkDirectory? {
        do {
            let inner = try DirectoryStream(
                FilePath(name),
                at: stream.descriptor,
                fullPath: stream.path.appending(name)
            )
            return WalkDirectory(inner, prefix: prefix + name + "/")
        } catch  where error.errno == .noSuchFileOrDirectory {
            return nil
        }
    }

    /// Looks at files of this directory; those that have vanished are left out.
    func entries(of files: ArraySlice<DirectoryEntry>) throws(IOError) -> [DirectoryWalk.Entry] {
        var entries: [DirectoryWalk.Entry] = []
        entries.reserveCapacity(files.count)
        for file in files {
            guard let status = try stream.status(of: file.name) else { continue }
            entries.append(DirectoryWalk.Entry(path: prefix + file.name, status: status))
        }
        return entries
    }
}
