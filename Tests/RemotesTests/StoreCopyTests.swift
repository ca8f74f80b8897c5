import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// A store that is copied while packs of it are on their way out.
@Suite("Copies of a store")
struct StoreCopyTests {
    private let source = Site()
    private let destination = Site()
    private let machine: Machine
    private let pointer: Pointer

    init() async throws {
        machine = try Machine()
        var random = PseudoRandom(seed: 19)
        pointer = try await machine.add(random.bytes(300_000))
        try await machine.push([pointer], to: source.remote)
    }

    @discardableResult
    private func copy(from remote: (any Remote)? = nil) async throws -> StoreCopy.Report {
        let copier = try Machine()
        let copy = StoreCopy(
            from: copier.view(of: remote ?? source.remote),
            to: copier.view(of: destination.remote),
            scratch: copier.scratch.path,
            cancellation: Cancellation(),
            progress: { _, _ in }
        )
        return try await copy.run(isDryRun: false)
    }

    @Test func `a buried pack comes along, for a root may need what is in no other`() async throws {
        for pack in source.packs() { source.bury(pack) }
        #expect(try await copy().packCount == source.packs().count)
        #expect(destination.files(in: "roots") == source.files(in: "roots"))
        #expect(try destination.has([pointer], as: machine))
        let target = try Machine()
        #expect(try await target.fetch([pointer], from: destination.remote).missing.isEmpty)
        #expect(try await target.problems() == [])
    }

    @Test func `what was purged stays purged in the copy, whatever clones still have`() async throws {
        source.remote[StoreLayout.purged(pointer.oid)] = Array(StoreLayout.purgedText.utf8)
        source.remote["purged/odd"] = [1]
        try await copy()
        #expect(destination.files(in: StoreLayout.purged) == [pointer.oid.hex])
        #expect(destination.remote[StoreLayout.purged(pointer.oid)] == Array(StoreLayout.purgedText.utf8))
        #expect(try await copy().fileCount == 0)
    }

    @Test func `a buried pack of which no index lists anything stays behind`() async throws {
        let unlisted = try #require(Digest(hex: String(repeating: "ab", count: 32)))
        source.remote[StoreLayout.pack(unlisted)] = [1, 2, 3]
        source.bury(unlisted)
        try await copy()
        #expect(
            !destination.packs().contains(unlisted) && destination.packs() == source.packs().filter { $0 != unlisted }
        )
    }

    @Test func `what is on its way out on both sides does not keep the rest from being copied`() async throws {
        try await copy()
        for site in [source, destination] {
            for pack in source.packs() { site.bury(pack) }
        }
        var random = PseudoRandom(seed: 20)
        let other = try await machine.add(random.bytes(90_000))
        try await machine.push([other], to: source.remote)
        try await copy()
        #expect(try destination.has([other], as: machine))
    }

    @Test func `an index that goes meanwhile is no success`() async throws {
        let site = source
        let file = try #require(site.indexes().keys.first)
        let remote = InterferingRemote(site.remote, when: { call, _ in call.kind == .size && call.file == file }) {
            site.remove(file)
        }
        await #expect(throws: RemoteError.self) { try await copy(from: remote) }
        #expect(remote.firedAt != nil && destination.files(in: "roots").isEmpty)
    }

    @Test(arguments: ["roots", "objects", "index", "packs"])
    func `a push that ends meanwhile comes along whole, or not yet`(directory: String) async throws {
        let (pusher, site) = (machine, source)
        var random = PseudoRandom(seed: 21)
        let other = try await pusher.add(random.bytes(90_000))
        let remote = InterferingRemote(site.remote, when: { call, _ in call.kind == .list && call.file == directory }) {
            try await pusher.push([other], to: site.remote)
        }
        try await copy(from: remote)
        #expect(remote.firedAt != nil && remote.failure == nil)
        let packs = Set(destination.packs())
        #expect(try destination.indexes().values.flatMap(\.packs).allSatisfy { packs.contains($0.id) })
        let root = StoreLayout.root(try #require(Machine.rootRecord(of: [other])).id)
        let isWhole = try destination.has([other], as: pusher)
        #expect(destination.remote[root] == nil || isWhole)
    }

    @Test func `a root whose bytes are not those of its name does not come along`() async throws {
        let root = "roots/" + (try #require(source.files(in: "roots").first))
        source.remote[root]?[20] ^= 1
        await #expect(throws: RemoteError.self) { try await copy() }
        #expect(destination.files(in: "roots").isEmpty)
    }
}
