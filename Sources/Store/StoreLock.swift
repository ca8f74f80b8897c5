package import SystemIO
package import SystemPackage

/// Keeps collection away from a store while commands use it.
///
/// Whoever reads or writes the store holds the lock shared, from before the first look at an index until what refers to
/// the objects is on disk; collection holds it alone while it marks once more and deletes. Commands never wait for each
/// other, only collection for them, and the kernel lets go of the lock of a killed one
/// (`docs/decisions/0002-lock-free-gc.md`).
package struct StoreLock: ~Copyable, Sendable {
    private let lock: FileLock

    private static let fileName = "lock"

    /// Joins the users of the store at `root`; returns `nil` where the store cannot be written to, for then nobody
    /// collects it.
    package static func join(_ root: FilePath) throws(StoreError) -> StoreLock? {
        do { return StoreLock(lock: try FileLock(root.appending(fileName), mode: .shared, wait: .seconds(60))) } catch {
            if case .io(let cause) = error, cause.isReadOnly || cause.errno == .noSuchFileOrDirectory { return nil }
            throw .locked(error)
        }
    }

    /// Excludes every user of the store at `root`, or fails at once where there is one.
    package static func exclude(_ root: FilePath) throws(StoreError) -> StoreLock {
        do { return StoreLock(lock: try FileLock(root.appending(fileName), mode: .exclusive, wait: nil)) } catch {
            throw .locked(error)
        }
    }

    private init(lock: consuming FileLock) { self.lock = lock }
}

extension IOError {
    /// Whether the path cannot be written to, by permission or because its file system is read-only.
    package var isReadOnly: Bool {
        errno == .readOnlyFileSystem || errno == .permissionDenied || errno == .notPermitted
    }
}
