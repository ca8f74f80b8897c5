package import SystemPackage

/// Why a lock could not be taken.
package enum LockError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another process, or another holder in this one, has the file locked.
    case held(FilePath)
    /// The lock file could not be opened or locked.
    case io(IOError)

    /// One line for a message.
    package var description: String {
        switch self {
        case .held(let path): "\(path) is locked by another process"
        case .io(let error): error.description
        }
    }
}

/// A lock on a file that ends with this value or with its process, whichever is first.
///
/// By flock(2): advisory, between processes and between holders in one process. On NFS, Linux turns it into a
/// byte-range lock, which works where the server supports those. The file is created, and never removed; who removes it
/// all the same has to hold the lock, and all who take it have to ask then whether it is that of the file there.
package struct FileLock: ~Copyable, Sendable {
    /// Who else may hold the lock at the same time.
    package enum Mode: Sendable {
        case shared
        case exclusive
    }

    private let descriptor: Descriptor

    /// Takes a lock, trying again until `wait` is over; `nil` gives up at once.
    ///
    /// Blocks the calling thread.
    package init(_ path: FilePath, mode: Mode, wait: Duration?) throws(LockError) {
        descriptor = try FileLock.acquire(path, mode, wait ?? .zero)
    }

    /// A child that another thread makes has the file open, too, until it is the program that it is to be: closing
    /// alone would leave it locked so long.
    deinit { SystemCall.unlock(descriptor.number) }

    /// Returns whether the file that is locked is the one at a path, and not one that was removed from there.
    package func isOfFile(at path: FilePath) throws(IOError) -> Bool {
        let own = try IOError.naming(.inspect, path) { () throws(Errno) in
            try SystemCall.status(of: descriptor.number)
        }
        guard let found = try FileStatus.of(path) else { return false }
        return found.device == own.device && found.inode == own.inode
    }

    private static func acquire(_ path: FilePath, _ mode: Mode, _ wait: Duration) throws(LockError) -> Descriptor {
        let descriptor = Descriptor(owning: try FileLock.open(path, mode))
        do { try GroupSharing.extend(path, asked: 0o666) } catch { throw .io(error) }
        let deadline = ContinuousClock.now + wait
        var pause: UInt32 = 1
        while try !tryLock(descriptor, path, mode) {
            guard ContinuousClock.now < deadline else { throw .held(path) }
            SystemCall.sleep(milliseconds: pause)
            pause = min(pause * 2, 50)
        }
        return descriptor
    }

    private static func tryLock(
        _ descriptor: borrowing Descriptor,
        _ path: FilePath,
        _ mode: Mode
    ) throws(LockError) -> Bool {
        do {
            return try SystemCall.tryLock(descriptor.number, exclusively: mode == .exclusive)
        } catch {
            throw .io(IOError(.lock, path, error))
        }
    }

    private static func open(_ path: FilePath, _ mode: Mode) throws(LockError) -> CInt {
        do {
            return try SystemCall.open(path, .lock)
        } catch .readOnlyFileSystem where mode == .shared, .permissionDenied where mode == .shared {
            // A store that cannot be written to can still be read together with others.
            do {
                return try SystemCall.open(path, .reading(followingLinks: true))
            } catch {
                throw .io(IOError(.lock, path, error))
            }
        } catch {
            throw .io(IOError(.lock, path, error))
        }
    }
}
