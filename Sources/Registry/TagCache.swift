import Codec
import Git
import ModelCore
import SystemIO
import SystemPackage

/// Tag objects of a repository that has very many, in one file, so that Git need not look up and unpack each of them
/// for every answer.
///
/// An object is found by its id, and never says anything else: which tags there are, and which objects they are now,
/// only Git's references tell. One that is missing here is read from Git. The file is written anew as a whole, so that
/// a process that is killed and two that write at once leave one that is sound; one that is damaged counts as empty. It
/// has, all numbers little-endian: a signature, a CRC-32C of the rest, the width of an id and the number of objects in
/// 4 bytes each, for every object, sorted, its id and in 4 bytes its length, and then the objects' bytes.
struct TagCache {
    /// The fewest objects that are worth a file, and worth writing it again.
    static let threshold = 128
    private static let magic = "gmtags1\n"
    /// The most bytes of an object that is kept, and of the file.
    private static let (objectLimit, fileLimit) = (64 << 10, 512 << 20)

    private let path: FilePath
    private let format: GitObjectFormat
    private var bytes: [UInt8] = []
    /// Where each object is in `bytes`.
    private var bounds: [GitObjectID: Range<Int>] = [:]

    /// Reads the file at `path`; one that is missing or not understood is empty.
    init(_ path: FilePath, _ format: GitObjectFormat) {
        self.path = path
        self.format = format
        guard let bytes = try? DurableFile.read(path, limit: TagCache.fileLimit) else { return }
        guard let bounds = try? bytes.withUnsafeBytes({ try TagCache.parse($0, format) }) else { return }
        self.bytes = bytes
        self.bounds = bounds
    }

    private static func parse(
        _ bytes: UnsafeRawBufferPointer,
        _ format: GitObjectFormat
    ) throws -> [GitObjectID: Range<Int>] {
        var reader = ByteReader(bytes, format: "tag cache")
        try reader.expect(magic)
        let checksum = try reader.integer(UInt32.self)
        guard CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[reader.position...])) == checksum else {
            throw reader.malformed("its checksum is wrong")
        }
        guard try reader.integer(UInt32.self) == format.byteCount else { throw reader.malformed("its ids are others") }
        let count = Int(try reader.integer(UInt32.self))
        guard count <= reader.remaining / (format.byteCount + 4) else { throw reader.malformed("it is too short") }
        var start = reader.position + count * (format.byteCount + 4)
        var bounds: [GitObjectID: Range<Int>] = [:]
        bounds.reserveCapacity(count)
        for _ in 0..<count {
            let id = GitObjectID(bytes: try reader.slice(format.byteCount))
            let length = Int(try reader.integer(UInt32.self))
            guard let id, length <= bytes.count - start else { throw reader.malformed("an object is too long") }
            bounds[id] = start..<(start + length)
            start += length
        }
        return bounds
    }

    /// Returns what the object of that id says; `nil` where it is not here.
    func annotation(_ id: GitObjectID) -> GitAnnotation? {
        bounds[id].flatMap { try? GitAnnotation(id, bytes[$0]) }
    }

    /// Whether the object of that id is here.
    func contains(_ id: GitObjectID) -> Bool { bounds[id] != nil }

    /// Keeps objects, too, and writes the file where that is worth it: for many new ones, or where most are no longer
    /// among `ids`, of which so many were `missing` here.
    ///
    /// A file that cannot be written costs only time, so that nothing is thrown.
    func keep(_ objects: [GitObject], missing: Int, of ids: [GitObjectID]) {
        let fresh = Dictionary(objects.lazy.filter { $0.bytes.count <= TagCache.objectLimit }.map { ($0.id, $0) }) {
            $1
        }
        let stale = bounds.count - (ids.count - missing)
        guard fresh.count >= TagCache.threshold || stale > TagCache.threshold + bounds.count / 2 else { return }
        let ids = Set(ids)
        let kept = bounds.filter { ids.contains($0.key) }.map { (id: $0.key, bytes: bytes[$0.value]) }
        let all = (kept + fresh.values.map { (id: $0.id, bytes: $0.bytes[...]) }).sorted { $0.id < $1.id }
        let size = all.reduce(0) { $0 + $1.bytes.count }
        guard size < TagCache.fileLimit / 2 else { return }
        var body = ByteWriter(capacity: size + all.count * (format.byteCount + 4) + 8)
        body.integer(UInt32(format.byteCount))
        body.integer(UInt32(all.count))
        for object in all {
            object.id.withBytes { body.raw($0) }
            body.integer(UInt32(object.bytes.count))
        }
        for object in all { body.raw(object.bytes) }
        var file = ByteWriter(capacity: body.count + 12)
        file.raw(TagCache.magic.utf8)
        file.integer(body.bytes.withUnsafeBytes { CRC32C.checksum($0) })
        file.raw(body.bytes)
        try? Directories.create(path.removingLastComponent(), durable: false)
        try? DurableFile.write(file.bytes, to: path, durable: false)
    }
}
