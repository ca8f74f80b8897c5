import Codec
import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage

/// A directory remote with a look at its files from behind.
final class Site: Sendable {
    let path: FilePath
    let remote: DirectoryRemote
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        path = scratch.path.appending("remote")
        remote = DirectoryRemote(path, pool: Machine.pool)
    }

    /// Returns the paths of all files below a directory of the remote, sorted.
    func files(in directory: String = "") throws -> [String] {
        let directory = directory.isEmpty ? path : path.appending(directory)
        guard try FileStatus.of(directory) != nil else { return [] }
        return try DirectoryWalk.entries(under: directory).map(\.path)
    }

    /// Returns the paths of all files of the remote and their bytes.
    func contents() throws -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        for file in try files() { contents[file] = try bytes(of: file) }
        return contents
    }

    func bytes(of file: String) throws -> [UInt8] { try DurableFile.read(path.appending(file), limit: 1 << 30) }

    func write(_ bytes: [UInt8], to file: String) throws {
        let path = path.appending(file)
        try Directories.create(path.removingLastComponent(), durable: false)
        try DurableFile.write(bytes, to: path, durable: false)
    }

    func remove(_ file: String) throws { try Directories.removeTree(path.appending(file)) }

    /// Returns the digests of the packs that are there.
    func packs() throws -> [Digest] { try files(in: "packs").compactMap(Site.digest) }

    /// Puts up the mark of a pack that is on its way out.
    func bury(_ pack: Digest) throws { try write(Array("git-model-tomb 1\n".utf8), to: StoreLayout.tomb(pack)) }

    /// Does what collection does to a pack in the end: its entries leave the indexes, then it is deleted, and its tomb.
    func collect(_ pack: Digest) throws {
        for file in try files(in: "index") {
            let index = try IndexFile(path.appending("index").appending(file))
            guard index.packs.contains(where: { $0.id == pack }) else { continue }
            var contents = IndexContents()
            for position in 0..<index.frameCount {
                guard let frame = index.frame(at: position), frame.pack != pack,
                    let kept = index.packs.first(where: { $0.id == frame.pack })
                else { continue }
                contents.add(frame, in: kept)
            }
            for position in 0..<index.objectCount {
                let object = index.object(at: position)
                if contents.contains(object.frame) { contents.add(object) }
            }
            if !contents.isEmpty { try write(contents) }
            try remove("index/" + file)
        }
        try remove(StoreLayout.pack(pack))
        try remove(StoreLayout.tomb(pack))
    }

    /// Writes an index.
    func write(_ contents: IndexContents) throws {
        let bytes = contents.encoded(as: .index)
        try write(bytes, to: StoreLayout.index(SHA256.digest(of: bytes)))
    }

    /// Returns whether the objects can be rebuilt from the remote without packs that are buried.
    func has(_ pointers: [Pointer]) async throws -> Bool {
        let copy = try Site()
        for (file, bytes) in try contents() {
            let isBuried = try Site.digest(of: file).map { pack in
                try FileStatus.of(path.appending(StoreLayout.tomb(pack))) != nil
            }
            if file.hasPrefix("packs/"), isBuried == true { continue }
            if file.hasPrefix("objects/") { continue }
            try copy.write(bytes, to: file)
        }
        let reader = try Machine()
        let report = try await reader.fetch(pointers, from: copy.remote)
        return try report.missing.isEmpty && reader.has(pointers)
    }

    private static func digest(of file: String) -> Digest? {
        file.split(separator: "/").last.flatMap { StoreLayout.digest(inName: String($0)) }
    }
}
