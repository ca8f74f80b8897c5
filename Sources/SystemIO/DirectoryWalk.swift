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
    /// `isIncluded` is asked for each name's relative path, of a directory before anything in it is looked at, by
    /// several threads at a time. What vanishes during the walk is left out. A root that is a link is refused, and so
    /// are names that are not UTF-8. The calling thread blocks, and large directories are looked at by one thread a
    /// processor.
    package static func entries(
        under root: FilePath,
        where isIncluded: @escaping @Sendable (_ path: String, _ kind: FileStatus.Kind) -> Bool = { _, _ in true }
    ) throws(IOError) -> [Entry] {
        try WalkQueue(root, isIncluded).entries()
    }
}
