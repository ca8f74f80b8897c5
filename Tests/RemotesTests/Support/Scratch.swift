import SystemIO
import SystemPackage

/// A directory that is gone with the value; in memory where the system has such a place, for tests write many small files.
final class Scratch: Sendable {
    let path: FilePath

    init() throws {
        let memory: FilePath = "/dev/shm"
        let parent = try FileStatus.of(memory)?.kind == .directory ? memory : "/tmp"
        path = parent.appending("gm-\(String(UInt64.random(in: .min ... .max), radix: 36))")
        try Directories.create(path, durable: false)
    }

    deinit {
        try? Directories.removeTree(path)
    }
}
