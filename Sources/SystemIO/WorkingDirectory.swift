package import SystemPackage

/// Where processes of this machine work.
package enum WorkingDirectory {
    private static let processes: FilePath = "/proc"

    /// Whether a process works in a directory, a path without links, or below it.
    ///
    /// As far as the system tells: it does not of other users' processes, and of none where there is no `/proc`.
    package static func isInUse(_ directory: FilePath) -> Bool {
        let entries = (try? DirectoryEntry.all(in: processes)) ?? []
        return entries.contains { entry in
            guard entry.kind == .directory, entry.name.allSatisfy(\.isNumber),
                let place = try? SymbolicLink.target(of: processes.appending(entry.name).appending("cwd"))
            else { return false }
            return FilePath(place).starts(with: directory)
        }
    }
}
