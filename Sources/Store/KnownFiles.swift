import Codec
import ModelCore
package import SystemIO
package import SystemPackage

/// Remembers what large files were made of when they were added last, by their paths, so that `add` computes only what
/// changed.
///
/// A cache of one machine, never sent anywhere and trusted as the stat cache is: what is lost or damaged costs time,
/// nothing else.
package struct KnownFiles: Sendable {
    /// The most bytes of all entries, which are a few hundred for each frame of a file.
    private static let maximumByteCount: Int64 = 64 << 20
    /// A file of smaller cuts is not remembered: its entry would be too large beside it.
    private static let leastMeanCutByteCount: Int64 = 32 << 10

    private let directory: FilePath

    /// Remembers files in a directory, which is created where there is none.
    package init(_ directory: FilePath) { self.directory = directory }

    /// Returns what is known of what was at a path; nothing where the entry is missing or damaged.
    func file(at path: FilePath) -> KnownFile? {
        guard HashedBeginning.isAvailable,
            let bytes = try? DurableFile.read(entry(of: path), limit: Int(KnownFiles.maximumByteCount))
        else { return nil }
        return bytes.withUnsafeBytes { try? KnownFile(parsing: $0) }
    }

    /// Remembers a file; one that cannot be written down costs only time, so that nothing is thrown.
    func record(_ file: KnownFile, at path: FilePath) {
        let byteCount = file.cuts.reduce(Int64(0)) { $0 + Int64($1.frame.byteCount) }
        guard byteCount / KnownFiles.leastMeanCutByteCount >= file.cuts.count else { return }
        try? Directories.create(directory, durable: false)
        try? DurableFile.write(file.encoded, to: entry(of: path), permissions: 0o666, durable: false)
    }

    /// Removes what was written first until the rest is no more than the cache may hold.
    func trim() {
        guard let names = try? DirectoryEntry.all(in: directory).map(\.name) else { return }
        var entries: [(path: FilePath, status: FileStatus)] = []
        for path in names.map({ directory.appending($0) }) {
            if let status = try? FileStatus.of(path) { entries.append((path, status)) }
        }
        var sum: Int64 = 0
        for entry in entries.sorted(by: { $0.status.modified > $1.status.modified }) {
            sum += entry.status.size
            if sum > KnownFiles.maximumByteCount { try? DurableFile.remove(entry.path) }
        }
    }

    /// Forgets everything.
    package func removeAll() throws(IOError) {
        if try FileStatus.of(directory) != nil { try Directories.removeTree(directory) }
    }

    private func entry(of path: FilePath) -> FilePath {
        directory.appending(SHA256.digest(of: Array(path.string.utf8)).hex)
    }
}
