import ModelCore
import Store
import TestSupport
import Testing

/// What objects take, and why.
@Suite struct SpaceAccountTests {
    @Test func `Identical, constant and other bytes are told apart, and nothing is counted twice`() async throws {
        let scratch = try ScratchStore()
        var random = PseudoRandom(seed: 1)
        let noise = random.bytes(100_000)
        let first = try await scratch.add(noise)
        let tree = try await scratch.addTree([
            ("same", noise, .regular), ("zeros", [UInt8](repeating: 0, count: 50_000), .regular),
        ])
        var counted: Set<Digest> = []
        var account = SpaceAccount()
        try account.count([first], in: scratch.reopened(), after: &counted)
        #expect(account.shares == [.codec(0): .init(raw: 100_000, stored: 100_064)])
        try account.count([tree], in: scratch.reopened(), after: &counted)
        #expect(account.size == 250_000)
        #expect(account.unique == 150_000)
        #expect(account.shares[.identical] == .init(raw: 100_000))
        #expect(account.shares[.codec(1)] == .init(raw: 50_000, stored: 65))
        #expect(account.stored == 100_064 + 65 + account.metadata && account.metadata > 0)
        let absent = Pointer(oid: LocalStore.emptyObject, size: 7, kind: .file)
        try account.count([absent], in: scratch.reopened(), after: &counted)
        #expect(account.shares[.absent] == .init(raw: 7))
        // Nobody knows what it is made of, and so not that nothing else is the same.
        #expect(account.size == 250_007 && account.unique == 150_000)
        try scratch.reopened().rememberPurge(of: [absent.oid])
        try account.count([absent], in: scratch.reopened(), after: &counted)
        #expect(account.shares[.purged] == .init(raw: 7) && account.unique == 150_000)
    }
}
