import Remotes
import SystemIO
import SystemPackage

/// A directory remote that is gone with the value.
final class DirectorySite: Sendable {
    let path: FilePath
    let remote: DirectoryRemote
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        path = scratch.path.appending("remote")
        remote = DirectoryRemote(path, pool: Machine.pool)
    }

    func write(_ bytes: [UInt8], to file: String) throws {
        let path = path.appending(file)
        try Directories.create(path.removingLastComponent(), durable: false)
        try DurableFile.write(bytes, to: path, durable: false)
    }

    func remove(_ file: String) throws { try Directories.removeTree(path.appending(file)) }
}
