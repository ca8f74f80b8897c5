import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

/// Splits a directory for `add --each`: its large or binary files become artifacts, its small text files are Git's.
struct LargeFiles {
    /// The files of a directory.
    struct Split {
        /// Those that are to be artifacts.
        var large: [RepositoryPath] = []
        /// Those that are to be Git's own.
        var small: [RepositoryPath] = []
    }

    /// As Git decides it: a NUL among the first bytes makes a file binary.
    private static let probeByteCount = 8000

    private let workspace: Workspace
    private let artifacts: [RepositoryPath]

    /// Creates the splitter of a workspace that has these artifacts already.
    init(in workspace: Workspace, artifacts: [RepositoryPath]) {
        self.workspace = workspace
        self.artifacts = artifacts
    }

    /// Returns the files of a directory, or of the whole repository; what is in an artifact that is a tree is none of
    /// them.
    ///
    /// A small file that Git ignores is left out, and of the whole repository a large one too, unless it is an artifact
    /// already.
    func split(_ directory: RepositoryPath?) async throws -> Split {
        var split = Split()
        let visible = try await visibleFiles(of: directory)
        let known = Set(artifacts)
        for path in try candidates(in: directory, visible) {
            guard path.removingPointerSuffix == nil, !path.name.hasPrefix(".git"), path.name != ".mverignore",
                !artifacts.contains(where: { path.isInside($0) })
            else { continue }
            let file = try workspace.location(of: path)
            guard let status = try FileStatus.of(file), status.kind == .regular else { continue }
            if try known.contains(path) || isLarge(file, status) {
                split.large.append(path)
            } else if visible.contains(path) {
                split.small.append(path)
            }
        }
        return split
    }

    private func candidates(in directory: RepositoryPath?, _ visible: Set<RepositoryPath>) throws -> [RepositoryPath] {
        guard let directory else { return visible.union(artifacts).sorted() }
        return try DirectoryWalk.entries(
            under: workspace.location(of: directory),
            where: { path, kind in kind != .directory || (try? RepositoryPath(path)) != nil }
        ).map { directory.appending(try RepositoryPath($0.path)) }
    }

    /// Returns the files that Git has or would show as new, but for our own directory.
    private func visibleFiles(of directory: RepositoryPath?) async throws -> Set<RepositoryPath> {
        let output = try await workspace.repository.program.run(
            ["ls-files", "-z", "--full-name", "--cached", "--others", "--exclude-standard", "--"]
                + [GitArgument(":(top,literal)" + (directory?.text ?? ""))]
        )
        let own = try RepositoryPath(".mver")
        // A repository within ends with a slash, and is no path of a file.
        let paths = output.bytes.split(separator: 0).compactMap { try? RepositoryPath(bytes: $0) }
        return Set(paths.filter { !$0.isInside(own) })
    }

    private func isLarge(_ file: FilePath, _ status: FileStatus) throws -> Bool {
        if status.size >= workspace.configuration.largeFileSize { return true }
        let opened = try OpenFile(reading: file)
        let count = Int(min(status.size, Int64(LargeFiles.probeByteCount)))
        return try withUnsafeTemporaryAllocation(byteCount: max(1, count), alignment: 1) { buffer in
            let found = try opened.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[0..<count]), at: 0)
            return buffer[0..<found].contains(0)
        }
    }
}
