import Git
import SystemIO
import SystemPackage

/// Worktrees in which runs were done again by processes that were killed.
struct AbandonedWorktrees {
    /// Younger files may be of a process that is about to lock them, in ns.
    private static let settlingTime: Int64 = 3600 * 1_000_000_000

    private let workspace: Workspace

    init(in workspace: Workspace) { self.workspace = workspace }

    /// Removes those that no process uses; returns what the user should know.
    ///
    /// A worktree that somebody works in stays, as one whose command outlived the process that began it.
    func remove() async -> [String] {
        do { return try await removeAll() } catch {
            return ["worktrees that a killed `git model reproduce` left may still be there: \(error)"]
        }
    }

    private func removeAll() async throws -> [String] {
        let directory = WorktreeClaim.directory(of: workspace)
        let repository = workspace.repository
        var messages: [String] = []
        var names: Set<String> = []
        for worktree in try await repository.worktrees() {
            guard let reason = worktree.lockReason, let name = WorktreeClaim.name(in: reason) else { continue }
            names.insert(name)
            let file = directory.appending(name)
            try Directories.create(directory, durable: false)
            guard let lock = try unlessHeld(file), !WorkingDirectory.isInUse(worktree.path) else { continue }
            // Its process may have let it go since it was listed, as one that is to stay.
            let wasThere = try await WorktreeClaim.removeWorktree(lockedFor: reason, from: repository)
            try DurableFile.remove(file)
            extendLifetime(lock)
            guard wasThere else { continue }
            messages.append("the worktree \(worktree.path), which a killed `git model reproduce` left, is removed")
        }
        try removeFiles(in: directory, except: names)
        return messages
    }

    /// Takes the lock of a claim; `nil` where a process has it.
    private func unlessHeld(_ file: FilePath) throws(LockError) -> ClaimLock? {
        do throws(LockError) { return ClaimLock(lock: try FileLock(file, mode: .exclusive, wait: nil)) } catch {
            if case .held = error { return nil }
            throw error
        }
    }

    /// Removes files of claims whose worktrees are gone, or were never made.
    private func removeFiles(in directory: FilePath, except names: Set<String>) throws {
        guard try FileStatus.of(directory) != nil else { return }
        for entry in try DirectoryEntry.all(in: directory) where !names.contains(entry.name) {
            let file = directory.appending(entry.name)
            guard let status = try FileStatus.of(file), status.kind == .regular,
                workspace.context.now() - status.modified > AbandonedWorktrees.settlingTime,
                let lock = try unlessHeld(file)
            else { continue }
            try DurableFile.remove(file)
            extendLifetime(lock)
        }
    }
}

/// A lock that an optional can hold.
private final class ClaimLock: Sendable {
    private let lock: FileLock

    init(lock: consuming FileLock) { self.lock = lock }
}
