import Synchronization

/// Who puts back what is in a directory once the user has interrupted: one for all of it, as two would keep each other
/// away.
final class UninterruptedTarget: Sendable {
    private let state = Mutex<DirectoryTarget?>(nil)

    /// Returns who takes the place of a target's driver.
    func of(_ target: DirectoryTarget, in context: Context) -> DirectoryTarget {
        state.withLock { state in
            let successor = state ?? target.uninterrupted(in: context)
            state = successor
            return successor
        }
    }

    /// Lets go of it, and of the lock that it may have.
    func end() { state.withLock { $0 = nil } }
}
