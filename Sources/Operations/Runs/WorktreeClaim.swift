import Git
import ModelCore
import SystemIO
import SystemPackage

/// What says of a worktree that it goes with the process which made it: Git's lock of the worktree names a file that
/// the process has locked for as long as it lives.
final class WorktreeClaim: Sendable {
    /// What Git's reason of such a lock begins with; the file's name follows.
    private static let reasonPrefix = "git model reproduce "
    private static let nameLength = 16

    /// The reason with which Git locks the worktree.
    let reason: String
    private let file: FilePath
    // Others see by it that the process lives.
    private let lock: FileLock

    /// Makes a claim on a worktree that is to be made.
    init(in workspace: Workspace) throws {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        let name = String(repeating: "0", count: WorktreeClaim.nameLength - digits.count) + digits
        let directory = WorktreeClaim.directory(of: workspace)
        try Directories.create(directory, durable: false)
        file = directory.appending(name)
        lock = try FileLock(file, mode: .exclusive, wait: .seconds(1))
        reason = WorktreeClaim.reasonPrefix + name
    }

    /// Removes the worktree that has this claim's lock; returns whether there is one.
    ///
    /// Whatever else is in its place is somebody else's.
    func removeWorktree(from repository: GitRepository) async throws -> Bool {
        try await WorktreeClaim.removeWorktree(lockedFor: reason, from: repository)
    }

    /// The same for a claim of which the process is gone, and whose file is locked.
    static func removeWorktree(lockedFor reason: String, from repository: GitRepository) async throws -> Bool {
        let own = try await repository.worktrees().first { $0.lockReason == reason }
        guard let own else { return false }
        try await repository.removeWorktree(at: own.path)
        return true
    }

    /// Gives it up once the worktree is gone, or stays.
    func end() { try? DurableFile.remove(file) }

    /// Where the files of all claims are.
    static func directory(of workspace: Workspace) -> FilePath { workspace.modelDirectory.appending("reproductions") }

    /// Returns the file's name that a reason for Git's lock has; `nil` for a lock of anybody else's.
    static func name(in reason: String?) -> String? {
        guard let reason, reason.hasPrefix(reasonPrefix) else { return nil }
        let name = reason.dropFirst(reasonPrefix.count)
        let isName =
            name.utf8.count == nameLength && name.utf8.allSatisfy { Hexadecimal.value(ofLowercaseDigit: $0) != nil }
        return isName ? String(name) : nil
    }
}
