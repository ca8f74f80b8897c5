import Git
import Store
import SystemIO
import TestSupport
import Testing

@testable import Remotes

/// What a push that is killed leaves behind, where others see nothing before they are told.
@Suite(.timeLimit(.minutes(5)))
struct PushRecordTests {
    @Test func `what went up is shown to others while the push lasts`() async throws {
        let site = try await LFSSite.shared()
        let machine = try Machine()
        var random = PseudoRandom(seed: 11)
        for _ in 0..<2 { _ = try await machine.add(random.bytes(18 << 20)) }
        let store = try LocalStore(machine.root)
        let packs = try store.packsOnDisk().map { try store.pack($0) }.filter { $0.byteCount > 16 << 20 }
        try #require(packs.count == 2)

        let remote = try await site.remote()
        for pack in packs { try await remote.upload(pack.path, to: StoreLayout.pack(pack.id), sent: { _ in }) }
        var record = PushRecord(in: machine.view(of: remote), bytesPerPublication: 30 << 20)
        try await record.add(packs[0].sealed())
        #expect(try await site.remote().list("").isEmpty, "each commit costs something")
        try await record.add(packs[1].sealed())
        let (seen, missed) = (try await site.remote(), try Machine())
        let indexes = try await missed.view(of: seen).indexes()
        for pack in packs { #expect(indexes.pack(pack.id) != nil) }
        #expect(try await seen.list("packs").count == 2)
        #expect(try await site.git(["rev-list", "--count", "git-model-store"]) == "1")
        extendLifetime(packs)
    }
}
