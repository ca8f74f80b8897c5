import Registry
import ModelCore
import SystemIO
import SystemPackage

/// Splits a directory for `add --each`: its large or binary files become artifacts, its small text files are Git's.
struct LargeFiles {
    /// As Git decides it: a NUL among the first bytes makes a file binary.
    private static let probeByteCount = 8000

    private let workspace: Workspace

    init(in workspace: Workspace) { self.workspace = workspace }

    /// Returns the files of a directory that are to be artifacts.
    func of(_ directory: RepositoryPath) throws -> [RepositoryPath] {
        let root = try workspace.location(of: directory)
        var large: [RepositoryPath] = []
        for entry in try DirectoryWalk.entries(under: root) where entry.status.kind == .regular {
            let path = directory.appending(try RepositoryPath(entry.path))
            guard path.removingPointerSuffix == nil, path.name != ".gitignore" else { continue }
            if try isLarge(root.appending(entry.path), entry.status) { large.append(path) }
        }
        return large
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
