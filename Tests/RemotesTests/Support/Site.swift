import Codec
import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage
import Testing

/// A remote in memory with a look at its files from behind.
final class Site: Sendable {
    let remote = MemoryRemote()

    /// Returns the paths of all files below a directory of the remote, sorted.
    func files(in directory: String = "") -> [String] {
        let prefix = directory.isEmpty ? "" : directory + "/"
        return remote.contents.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }.sorted()
    }

    func bytes(of file: String) throws -> [UInt8] { try #require(remote[file]) }

    /// Removes a file, or all files below a directory.
    func remove(_ file: String) {
        for path in remote.contents.keys where path == file || path.hasPrefix(file + "/") { remote[path] = nil }
    }

    /// Returns the digests of the packs that are there.
    func packs() -> [Digest] { files(in: "packs").compactMap(Site.digest) }

    /// Returns the indexes that are there, by their paths.
    func indexes() throws -> [String: IndexFile] {
        var indexes: [String: IndexFile] = [:]
        for file in files(in: "index") {
            indexes["index/" + file] = try IndexFile(try bytes(of: "index/" + file), path: FilePath(file))
        }
        return indexes
    }

    /// Puts up the mark of a pack that is on its way out.
    func bury(_ pack: Digest) { remote[StoreLayout.tomb(pack)] = Array("git-model-tomb 1\n".utf8) }

    /// Does what collection does to a pack in the end: its entries leave the indexes, then it is deleted, and its tomb.
    func collect(_ pack: Digest) throws {
        for (file, index) in try indexes() where index.packs.contains(where: { $0.id == pack }) {
            let contents = index.contents { $0.pack != pack }
            if !contents.isEmpty { write(contents) }
            remove(file)
        }
        remove(StoreLayout.pack(pack))
        remove(StoreLayout.tomb(pack))
    }

    /// Writes an index.
    func write(_ contents: IndexContents) {
        let bytes = contents.encoded(as: .index)
        remote[StoreLayout.index(SHA256.digest(of: bytes))] = bytes
    }

    /// Writes an object's own index, which lists all that there is.
    func writeHint(of oid: Digest) throws {
        var hint = IndexContents()
        for index in try indexes().values {
            for position in 0..<index.frameCount {
                let frame = try #require(index.frame(at: position))
                hint.add(frame, in: try #require(index.packs.first { $0.id == frame.pack }))
            }
            for position in 0..<index.objectCount { hint.add(index.object(at: position)) }
        }
        remote[StoreLayout.objectIndex(oid)] = hint.encoded(as: .objectIndex)
    }

    /// Adds a metadata pack with a frame that an index passes off as one of an object.
    func add(_ bytes: [UInt8], as kind: ObjectEntry.Kind, of object: Pointer) throws -> ObjectEntry {
        let scratch = try Scratch()
        var builder = try PackBuilder.start(.metadata, in: scratch.path)
        let id = SHA256.digest(of: bytes)
        try bytes.withUnsafeBytes { buffer in
            try builder.append(FrameRecord(id: id, codec: .raw, rawLength: bytes.count, stored: buffer), stored: buffer)
        }
        let sealed = try builder.scratch()
        remote[StoreLayout.pack(sealed.pack.id)] = try DurableFile.read(sealed.path, limit: 1 << 20)
        var contents = IndexContents()
        contents.add(sealed.pack)
        let entry = ObjectEntry(oid: object.oid, frame: id, size: object.size, kind: kind)
        contents.add(entry)
        write(contents)
        return entry
    }

    /// Returns whether the objects can be rebuilt from the remote by its indexes and without packs that are buried.
    ///
    /// `machine` has the objects whole, and so knows what they are made of. Each frame is decoded.
    func has(_ pointers: [Pointer], as machine: Machine) throws -> Bool {
        let closure = Closure(of: pointers, in: machine.store)
        #expect(closure.isComplete)
        let indexes = try Array(indexes().values)
        let isThere = closure.frames.keys.allSatisfy { frame in
            indexes.contains { $0.copies(of: frame).contains(where: isSound) }
        }
        return isThere
            && closure.objects.allSatisfy { object in indexes.contains { $0.entries(of: object.oid).contains(object) } }
    }

    private func isSound(_ copy: FrameLocation) -> Bool {
        guard remote[StoreLayout.tomb(copy.pack)] == nil, let pack = remote[StoreLayout.pack(copy.pack)] else {
            return false
        }
        let start = Int(copy.entry.offset)
        guard start + copy.entry.recordLength <= pack.count else { return false }
        return pack[start..<(start + copy.entry.recordLength)].withUnsafeBytes { buffer in
            guard let (record, stored) = try? PackDecoding.record(in: buffer), record.id == copy.entry.id else {
                return false
            }
            return (try? PackDecoding.bytes(of: record, stored: stored)) != nil
        }
    }

    private static func digest(of file: String) -> Digest? {
        file.split(separator: "/").last.flatMap { StoreLayout.digest(inName: String($0)) }
    }
}

extension IndexFile {
    /// Returns what the index lists of the copies that are kept, and the objects whose manifests are among them.
    func contents(keeping isKept: (FrameLocation) -> Bool = { _ in true }) -> IndexContents {
        var contents = IndexContents()
        for position in 0..<frameCount {
            guard let frame = frame(at: position), isKept(frame),
                let pack = packs.first(where: { $0.id == frame.pack })
            else { continue }
            contents.add(frame, in: pack)
        }
        for position in 0..<objectCount where contents.contains(object(at: position).frame) {
            contents.add(object(at: position))
        }
        return contents
    }
}
