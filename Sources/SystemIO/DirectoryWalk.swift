package import SystemPackage

/// Every file below a directory, in the order of path bytes; links are entries and never followed.
package enum DirectoryWalk {
    /// A file, link or special file; directories are not entries, as in Git.
    package struct Entry: Sendable, Equatable {
        /// The path below the walk's root, components joined by `/`.
        package let path: String

        /// The entry's own status, links not followed.
        package let status: FileStatus
    }

    /// Returns all entries below a directory, sorted by the bytes of their paths.
    ///
    /// `isIncluded` is asked for each name's relative path, of a directory before anything in it is looked at.
    /// What vanishes during the walk is left out. A root that is a link is refused, and so are names that are not UTF-8.
    package static func entries(
        under root: FilePath,
        where isIncluded: (_ path: String, _ kind: FileStatus.Kind) -> Bool = { _, _ in true }
    ) throws(IOError) -> [Entry] {
        var entries: [Entry] = []
        let stream = try DirectoryStream(root, fullPath: root)
        try collect(from: stream, prefix: "", where: isIncluded, into: &entries)
        return entries
    }

    private static func collect(
        from directory: borrowing DirectoryStream,
        prefix: String,
        where isIncluded: (String, FileStatus.Kind) -> Bool,
        into entries: inout [Entry]
    ) throws(IOError) {
        for entry in try directory.sortedEntries() {
            let path = prefix + entry.name
            guard isIncluded(path, entry.kind) else { continue }
            if entry.kind == .directory {
                guard let stream = try descend(into: entry.name, of: directory) else { continue }
                try collect(from: stream, prefix: path + "/", where: isIncluded, into: &entries)
            } else if let status = try directory.status(of: entry.name) {
                entries.append(Entry(path: path, status: status))
            }
        }
    }

    private static func descend(
        into name: String,
        of directory: borrowing DirectoryStream
    ) throws(IOError) -> DirectoryStream? {
        do {
            return try DirectoryStream(
                FilePath(name),
                at: directory.descriptor,
                fullPath: directory.path.appending(name)
            )
        } catch  where error.errno == .noSuchFileOrDirectory {
            return nil
        }
    }
}
