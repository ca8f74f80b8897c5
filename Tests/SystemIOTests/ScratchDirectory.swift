import SystemIO
import SystemPackage
import Testing

/// An empty directory that ends with the value.
final class ScratchDirectory {
    let path: FilePath

    init() throws {
        path = FilePath("/tmp/system-io-\(UInt64.random(in: .min ... .max))")
        try Directories.create(path, durable: false)
    }

    deinit {
        try? Directories.removeTree(path)
    }

    /// Writes a file below the directory, with the directories on the way.
    @discardableResult
    func write(_ text: String, to name: String) throws -> FilePath {
        let file = path.appending(name)
        try Directories.create(file.removingLastComponent(), durable: false)
        try DurableFile.write(Array(text.utf8), to: file, durable: false)
        return file
    }

    func text(of name: String) throws -> String {
        String(decoding: try DurableFile.read(path.appending(name), limit: 1 << 20), as: UTF8.self)
    }

    func names() throws -> [String] {
        try DirectoryEntry.all(in: path).map(\.name)
    }
}
