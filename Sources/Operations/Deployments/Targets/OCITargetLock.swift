import Synchronization
import SystemIO
import SystemPackage

/// The lock of a deployment to images: a file in the layout, or, for a registry, which has none, in the repository's
/// common directory.
final class OCITargetLock: TargetLock {
    private let lock: Mutex<FileLock?>

    /// Takes the lock, or fails at once.
    init(_ path: FilePath, of target: String) throws {
        do throws(LockError) { lock = Mutex(try FileLock(path, mode: .exclusive, wait: nil)) } catch {
            guard case .held = error else { throw error }
            throw Failure(
                .locked,
                "somebody else is deploying to \(target)",
                hints: ["see what came of it: `git model deployments \(target)`"]
            )
        }
    }

    func release() async { lock.withLock { $0 = nil } }
}
