package import SystemIO
package import SystemPackage

/// Finds the temporary files of processes that are no more: of a store whose users are excluded, garbage.
package enum StaleTemporaryFiles {
    /// How long in ns nothing touched the file of a process that is not here; one on another machine may still write
    /// it.
    private static let patience: Int64 = 3600 * 1_000_000_000
    /// The same for a file whose process cannot be told, or whose number another process has by now.
    private static let longPatience: Int64 = 24 * patience

    /// Returns the files below `root`, at the wall-clock time `now` in ns; none where there is no such directory.
    package static func all(in root: FilePath, now: Int64) throws(IOError) -> [FilePath] {
        try among(files(in: root), now: now)
    }

    /// Returns the temporary files below `root`, the store of which the caller excluded all users, at the wall-clock
    /// time `now` in ns: whoever wrote one is no more, but for who came by SSH.
    package static func all(inExcludedStore root: FilePath, now: Int64) throws(IOError) -> [FilePath] {
        let files = try files(in: root)
        let own = files.filter { process(of: $0) != nil && process(of: $0) != TemporaryFile.elsewhere }
        return try own + among(files.filter { process(of: $0) == TemporaryFile.elsewhere }, now: now)
    }

    /// Returns what `all(inExcludedStore:now:)` leaves there: what somebody who came by SSH may still write.
    package static func unfinished(inExcludedStore root: FilePath, now: Int64) throws(IOError) -> [FilePath] {
        let files = try files(in: root).filter { process(of: $0) == TemporaryFile.elsewhere }
        let stale = Set(try among(files, now: now))
        return files.filter { !stale.contains($0) }
    }

    /// Returns the temporary files of packs in the store `root`, whoever wrote them and still may.
    package static func packs(in root: FilePath) throws(IOError) -> [FilePath] {
        try files(in: root.appending("packs")).filter { process(of: $0) != nil }
    }

    /// A store may be a link to where there is room for it; a walk refuses one.
    private static func files(in root: FilePath) throws(IOError) -> [FilePath] {
        guard try FileStatus.of(root, followingLinks: true) != nil else { return [] }
        return try DirectoryWalk.entries(under: FileStatus.realPath(of: root)).map { root.appending($0.path) }
    }

    /// Returns those of some files, at the wall-clock time `now` in ns.
    package static func among(_ paths: [FilePath], now: Int64) throws(IOError) -> [FilePath] {
        var files: [FilePath] = []
        for path in paths where process(of: path) != nil {
            guard let status = try FileStatus.of(path) else { continue }
            if now - status.modified > (try isAbandoned(path) ? patience : longPatience) { files.append(path) }
        }
        return files
    }

    /// Whether a file is the temporary one of a process that is not here, as far as can be told.
    package static func isAbandoned(_ path: FilePath) throws(IOError) -> Bool {
        guard let process = process(of: path), process != TemporaryFile.elsewhere,
            try FileStatus.of("/proc/self") != nil
        else { return false }
        return try FileStatus.of(FilePath("/proc/\(process)")) == nil
    }

    private static func process(of path: FilePath) -> Int32? {
        path.lastComponent.flatMap { TemporaryFile.processIdentifier(of: $0.string) }
    }
}
