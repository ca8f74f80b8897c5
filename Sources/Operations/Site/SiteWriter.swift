import ModelCore
import Synchronization
import SystemIO
import SystemPackage

/// Puts the pages of a site into a directory.
struct SiteWriter: Sendable {
    let place: FilePath
    let tally: SiteTally

    /// Writes a page; any thread may call it.
    ///
    /// Throws for a path that leads elsewhere.
    func write(_ page: String, to path: String) throws {
        let file = try SafeRelativePath.resolve(root: place, components: RepositoryPath(path).components)
        try Directories.create(file.removingLastComponent(), durable: false)
        try DurableFile.write(Array(page.utf8), to: file, durable: false)
        tally.add(page.utf8.count)
    }
}

/// Counts pages and their bytes.
final class SiteTally: Sendable {
    private let total = Mutex<(count: Int, byteCount: Int64)>((0, 0))

    /// What was written so far.
    var sum: (count: Int, byteCount: Int64) { total.withLock { $0 } }

    func add(_ byteCount: Int) {
        total.withLock { total in
            total.count += 1
            total.byteCount += Int64(byteCount)
        }
    }
}
