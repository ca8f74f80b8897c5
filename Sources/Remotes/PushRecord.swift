import Codec
import ModelCore
import Store
import SystemPackage

/// The index of what a push uploads: parts of it go up while it lasts, so that one that is killed need not do all again, and the whole
/// takes their place at the end.
struct PushRecord {
    /// A part goes up once so many bytes of packs are in none.
    private static let bytesPerStep = 16 << 20
    /// A part goes up at least every so many packs.
    private static let packsPerStep = 16

    private let remote: any Remote
    /// Everything.
    private var whole = IndexContents()
    /// What is in no part yet, and the size of its packs in bytes.
    private var latest = IndexContents()
    private var latestByteCount = 0
    /// The parts that went up.
    private var parts: [String] = []

    init(in remote: any Remote) { self.remote = remote }

    /// Notes a pack that is up.
    mutating func add(_ pack: SealedPack) async throws(RemoteError) {
        whole.add(pack)
        latest.add(pack)
        latestByteCount += pack.byteCount
        let isDue = latestByteCount >= PushRecord.bytesPerStep || latest.packCount >= PushRecord.packsPerStep
        if isDue { try await step() }
    }

    /// Uploads what is in no part yet.
    mutating func step() async throws(RemoteError) {
        guard !latest.isEmpty else { return }
        parts.append(try await write(latest).file)
        latest = IndexContents()
        latestByteCount = 0
    }

    /// Uploads the whole with `objects`, which are up by then, in place of its parts, and returns it; `nil` where it has nothing.
    mutating func finish(with objects: [ObjectEntry]) async throws -> IndexFile? {
        for object in objects { whole.add(object) }
        guard !whole.isEmpty else { return nil }
        let (file, bytes) = try await write(whole)
        for part in parts where part != file {
            // Whoever listed it finds it gone, and lists again. Where nothing may be deleted, it does no harm.
            try? await remote.delete(part)
        }
        return try IndexFile(bytes, path: FilePath(file))
    }

    private func write(_ contents: IndexContents) async throws(RemoteError) -> (file: String, bytes: [UInt8]) {
        let bytes = contents.encoded(as: .index)
        let file = StoreLayout.index(SHA256.digest(of: bytes))
        try await remote.write(bytes, to: file)
        return (file, bytes)
    }
}
