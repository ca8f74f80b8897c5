import ModelCore
import Store
import SystemPackage

/// The index of what a push uploads: parts of it go up while it lasts, so that one that is killed need not do all
/// again, and the whole takes their place at the end.
struct PushRecord {
    /// A part goes up once so many bytes of packs are in none.
    private static let bytesPerStep = 16 << 20
    /// A part goes up at least every so many packs.
    private static let packsPerStep = 16
    /// What went up is shown to others at least once in so much time, where that takes more than to write it.
    private static let longestSilence = Duration.seconds(60)

    /// How many parts that the whole stands for are deleted at once.
    private static let deletionsAtOnce = 8

    private let store: RemoteStore
    /// What went up is shown to others once it is so many bytes of packs.
    private let bytesPerPublication: Int
    private var unpublishedByteCount = 0
    private var lastPublication = ContinuousClock.now
    /// Everything.
    private var whole = IndexContents()
    /// What is in no part yet, and the size of its packs in bytes.
    private var latest = IndexContents()
    private var latestByteCount = 0
    /// The parts that went up.
    private var parts: [String] = []

    init(in store: RemoteStore, bytesPerPublication: Int = 256 << 20) {
        self.store = store
        self.bytesPerPublication = bytesPerPublication
    }

    /// Notes a pack that is up.
    mutating func add(_ pack: SealedPack) async throws(RemoteError) {
        whole.add(pack)
        latest.add(pack)
        latestByteCount += pack.byteCount
        unpublishedByteCount += pack.byteCount
        let isDue = latestByteCount >= PushRecord.bytesPerStep || latest.packCount >= PushRecord.packsPerStep
        guard isDue else { return }
        try await step()
        if unpublishedByteCount >= bytesPerPublication || .now - lastPublication >= PushRecord.longestSilence {
            try await publish()
        }
    }

    /// Shows everybody the parts that went up, which packs put together for this push have to be found by: the next one
    /// would give them other names.
    private mutating func publish() async throws(RemoteError) {
        try await store.remote.publish()
        unpublishedByteCount = 0
        lastPublication = .now
    }

    /// Uploads what is in no part yet.
    mutating func step() async throws(RemoteError) {
        guard !latest.isEmpty else { return }
        parts.append(try await store.write(index: latest.encoded(as: .index)))
        latest = IndexContents()
        latestByteCount = 0
    }

    /// Uploads the whole with `objects`, which are up by then, in place of its parts, and returns it; `nil` where it
    /// has nothing.
    mutating func finish(with objects: [ObjectEntry]) async throws -> IndexFile? {
        for object in objects { whole.add(object) }
        guard !whole.isEmpty else { return nil }
        let bytes = whole.encoded(as: .index)
        let file = try await store.write(index: bytes)
        let remote = store.remote
        // Whoever listed a part finds it gone, and lists again. Where nothing may be deleted, it does no harm.
        try await parts.filter { $0 != file }.forEach(atOnce: PushRecord.deletionsAtOnce) {
            try? await remote.delete($0)
        }
        return try IndexFile(bytes, path: FilePath(file))
    }
}
