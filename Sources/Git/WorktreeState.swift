import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What Git keeps about a worktree in files for which it has no command.
enum WorktreeState {
    /// Files that name commits while a merge, rebase or the like is under way (gitrepository-layout(5), sequencer.c).
    private static let operationFiles = [
        "HEAD", "ORIG_HEAD", "FETCH_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_EXPECTED_REV",
        "MERGE_AUTOSTASH", "rebase-merge/onto", "rebase-merge/orig-head", "rebase-merge/autostash",
        "rebase-merge/stopped-sha", "rebase-apply/orig-head", "rebase-apply/onto", "rebase-apply/autostash",
    ]

    /// Returns the common directory and the directory of each linked worktree in it.
    static func directories(in commonDirectory: FilePath) throws(GitError) -> [FilePath] {
        let parent = commonDirectory.appending("worktrees")
        guard let stream = opendir(parent.string) else {
            if errno == ENOENT { return [commonDirectory] }
            throw GitError(.failed, command: "opendir \(parent)", message: "\(Errno(rawValue: errno))")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // SAFETY: the name ends with zero and lives until the next readdir; String copies.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return [commonDirectory] + names.sorted().map { parent.appending($0) }
    }

    /// Returns the ids with which lines of a worktree's operation files begin; what they name may be gone.
    static func operationCommits(in directory: FilePath) throws(GitError) -> [GitObjectID] {
        var found: [GitObjectID] = []
        for name in operationFiles {
            guard let text = try read(directory.appending(name)) else { continue }
            for line in text.split(separator: UInt8(ascii: "\n")) {
                let word = line.prefix { $0 != UInt8(ascii: "\t") && $0 != UInt8(ascii: " ") }
                if let id = GitObjectID(String(decoding: word, as: UTF8.self)) { found.append(id) }
            }
        }
        return found
    }

    private static func read(_ path: FilePath) throws(GitError) -> [UInt8]? {
        do {
            let file = try FileDescriptor.open(path, .readOnly)
            return try file.closeAfter {
                var bytes: [UInt8] = []
                var chunk = [UInt8](repeating: 0, count: 65536)
                while case let count = try chunk.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
                    bytes += chunk[..<count]
                }
                return bytes
            }
        } catch let error as Errno where error == .noSuchFileOrDirectory || error == .notDirectory {
            return nil
        } catch {
            throw GitError(.failed, command: "read \(path)", message: "\(error)")
        }
    }
}
