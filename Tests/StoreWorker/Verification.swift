import Codec
import ModelCore
import Store
import SystemIO

/// What has to hold whenever no worker runs, however the last ones ended.
struct Verification {
    /// What does not hold.
    struct Failure: Error {
        let what: String
    }

    private let place: WorkPlace

    init(_ place: WorkPlace) { self.place = place }

    func run() async throws {
        let lock = try StoreLock.exclude(place.store)
        defer { extendLifetime(lock) }
        let live = try place.live()
        try Verification.read(live, of: place.open())
        let found = try await Verification.findings(in: place.open(), .everything, mending: false)
        if let finding = found.first(where: { $0.severity != .untidy }) { throw Failure(what: "\(finding)") }
        _ = try await Verification.findings(in: place.open(), .structure, mending: true)
        let left = try await Verification.findings(in: place.open(), .everything, mending: false)
        if let finding = left.first { throw Failure(what: "after mending: \(finding)") }
        let collection = GarbageCollection(try place.open(), now: WallClock.now() + 1_000_000_000)
        _ = try collection.carryOut(try collection.plan(live: live, gracePeriod: 0))
        if let file = try StaleTemporaryFiles.all(inExcludedStore: place.store, now: WallClock.now()).first {
            throw Failure(what: "collection leaves \(file)")
        }
        try Verification.read(live, of: place.open())
        StoreWorker.say("\(live.count) objects are there")
    }

    /// Reads objects as a whole; the digest of the bytes has to be what the pointer says.
    static func read(_ pointers: [Pointer], of store: LocalStore) throws {
        for pointer in pointers {
            if pointer.kind == .tree {
                var reader = FrameReader(store)
                for entry in try store.listing(pointer.oid, reader: &reader).tree.entries {
                    try read(entry.digest, size: entry.size, of: store)
                }
            } else {
                try read(pointer.oid, size: pointer.size, of: store)
            }
        }
        if let first = Closure(of: pointers, in: store).incomplete.first { throw first.reason }
    }

    private static func read(_ oid: Digest, size: Int64, of store: LocalStore) throws {
        var bytes: [UInt8] = []
        try ObjectStream.read(oid, size: size, from: store) { bytes += $0 }
        guard bytes.count == size, SHA256.digest(of: bytes) == oid else { throw Failure(what: "\(oid) is wrong") }
    }

    static func findings(
        in store: LocalStore,
        _ depth: StoreCheck.Depth,
        mending: Bool
    ) async throws -> [StoreCheck.Finding] {
        try await StoreCheck(store, pool: WorkPlace.pool, cancellation: Cancellation()).run(depth, mending: mending)
    }
}
