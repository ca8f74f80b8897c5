package import SystemPackage

/// The directories of `PATH`, in which a program is looked up once.
///
/// Relative directories are left out: a program of that name in a repository is not the one that was meant.
package struct ExecutableSearch: Sendable {
    private let directories: [FilePath]

    /// Creates a search of the directories that colons separate.
    package init(path: String?) {
        directories = (path ?? "").split(separator: ":").map { FilePath(String($0)) }.filter(\.isAbsolute)
    }

    /// Returns where a program is, or `nil` where it is in none of the directories; a name with a slash is a path
    /// already.
    package func path(of name: String) -> FilePath? {
        guard !name.contains("/") else { return FilePath(name) }
        return directories.map { $0.appending(name) }.first { candidate in
            guard let status = try? FileStatus.of(candidate, followingLinks: true) else { return false }
            return status.kind == .regular && status.isExecutable
        }
    }
}
