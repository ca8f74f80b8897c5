import SystemIO
import SystemPackage

/// The directory beside the outputs in which a batch command writes them; it goes with the value.
///
/// What a process that was killed left goes before that: its lock, which ended with the process, tells.
struct BatchScratch: ~Copyable {
    /// The file whose lock says that somebody still writes; outputs have other endings.
    private static let lockName = ".batch"

    /// The directory.
    var path: FilePath { directory.path }

    private let directory: TemporaryDirectory
    private let lock: FileLock

    /// Makes one in the directory of the outputs.
    init(in parent: FilePath) throws {
        BatchScratch.clear(parent)
        let directory = try TemporaryDirectory(in: parent)
        // Who clears up never sees it without its lock.
        let unseen = directory.path.appending(TemporaryFile.unusedName())
        let lock = try FileLock(unseen, mode: .exclusive, wait: nil)
        try DurableFile.rename(unseen, to: directory.path.appending(BatchScratch.lockName))
        self.directory = directory
        self.lock = lock
    }

    /// Removes what others left in a directory; what cannot be removed keeps nobody from working.
    private static func clear(_ parent: FilePath) {
        let entries = (try? DirectoryEntry.all(in: parent)) ?? []
        for entry in entries where entry.kind == .directory && TemporaryFile.isTemporary(entry.name) {
            let left = parent.appending(entry.name)
            let mark = left.appending(lockName)
            guard (try? FileStatus.of(mark)?.kind) == .regular else { continue }
            guard let lock = try? FileLock(mark, mode: .exclusive, wait: nil) else { continue }
            if (try? lock.isOfFile(at: mark)) == true { try? Directories.removeTree(left) }
            _ = consume lock
        }
    }
}
