import Synchronization
import SystemIO
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A directory that is gone with the value; in memory where the system has such a place, for tests write many small
/// files.
final class Scratch: Sendable {
    let path: FilePath

    init() throws {
        let memory: FilePath = "/dev/shm"
        let parent = try FileStatus.of(memory)?.kind == .directory ? memory : "/tmp"
        path = parent.appending("gm-\(String(UInt64.random(in: .min ... .max), radix: 36))")
        try Directories.create(path, durable: false)
    }

    private static let shared = Mutex<[FilePath]>([])

    /// Removes the directory when the program ends, for values that never go because every test may use them.
    func removeAtExit() {
        let isFirst = Scratch.shared.withLock { shared in
            shared.append(path)
            return shared.count == 1
        }
        guard isFirst else { return }
        atexit {
            for path in Scratch.shared.withLock({ $0 }) { try? Directories.removeTree(path) }
        }
    }

    deinit {
        try? Directories.removeTree(path)
    }
}
