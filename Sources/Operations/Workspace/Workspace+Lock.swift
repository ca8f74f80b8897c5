import Git
import SystemIO
import SystemPackage

extension Workspace {
    /// Keeps other commands from changing this work tree's pointers, ignore files and descriptions while the lock
    /// lives, for each reads them, writes them again and stages them.
    ///
    /// Blocks the calling thread for as long as another command has the lock, and fails after a minute.
    func lockWorkTree() throws(LockError) -> FileLock {
        try FileLock(
            repository.layout.gitDirectory.appending("git-model.lock"),
            mode: .exclusive,
            wait: .seconds(60)
        )
    }
}
