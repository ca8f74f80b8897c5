import ModelCore
import Remotes
import Store
import TestSupport
import Testing

/// What changed in the tensors goes with an object, and comes alone where nobody wants the weights.
@Suite("Push and fetch of comparisons")
struct ComparisonTransferTests {
    private let source: Machine
    private let before: Pointer
    private let after: Pointer
    private let bytes: [UInt8]

    init() async throws {
        source = try Machine()
        var model = SafetensorsBytes([("embedding", 120_000), ("layer.0", 60_000), ("bias", 40)], seed: 1)
        before = try await source.addModel(model.bytes, after: [])
        model.train(["layer.0"], seed: 2)
        bytes = model.bytes
        after = try await source.addModel(bytes, after: [before], isCompared: true)
    }

    private func comparisons(on machine: Machine) throws -> [ObjectComparison] {
        try LocalStore(machine.root).comparisons(of: after.oid)
    }

    /// Whether the indexes of a remote list the comparison, and a copy of it.
    private func knows(_ site: Site) throws -> Bool {
        let indexes = IndexSet(Array(try site.indexes().values))
        return indexes.entries(of: after.oid, kind: .comparison).contains { indexes.contains($0.frame) }
    }

    @Test(arguments: [true, false])
    func `a comparison is pushed and fetched with its object, without the earlier version`(hasHints: Bool) async throws
    {
        let site = Site()
        try await source.push([after], to: site.remote)
        if !hasHints { site.remove("objects") }
        #expect(try knows(site))
        let target = try Machine()
        try await target.fetch([after], from: site.remote)
        #expect(try comparisons(on: target) == comparisons(on: source))
        #expect(try comparisons(on: target).map(\.base) == [before.oid])
        #expect(try await target.restored(after.oid, size: bytes.count) == bytes)
        #expect(try await target.problems() == [])
        // And on from there.
        let next = Site()
        try await target.push([after], to: next.remote)
        #expect(try knows(next))
    }

    @Test
    func `a comparison that was made later goes up alone, and the object index tells of it`() async throws {
        let site = Site()
        let machine = try Machine()
        let pointer = try await machine.addModel(bytes, after: [])
        try await machine.push([pointer], to: site.remote)
        try await source.push([after], to: site.remote)
        #expect(try knows(site))
        site.remove("index")
        let target = try Machine()
        try await target.fetch([after], from: site.remote)
        #expect(try comparisons(on: target) == comparisons(on: source))
    }

    @Test(arguments: [true, false])
    func `a comparison comes alone, without the bytes of either version`(hasHints: Bool) async throws {
        let site = Site()
        try await source.push([before, after], to: site.remote)
        if !hasHints { site.remove("objects") }
        let remote = CountingRemote(site.remote)
        let target = try Machine()
        for _ in 0..<2 { #expect(try await PartialFetch(target.fetch(from: remote)).comparisons(of: after)) }
        #expect(try comparisons(on: target) == comparisons(on: source))
        #expect(remote.readByteCount < 20_000)
        #expect(target.store.indexes.packList.allSatisfy { $0.kind == .metadata })
        #expect(try !target.has([after]))
        #expect(try await !PartialFetch(target.fetch(from: remote)).comparisons(of: before))
        // What is here only in part does not keep the rest from coming.
        try await target.fetch([after], from: site.remote)
        #expect(try await target.restored(after.oid, size: bytes.count) == bytes)
    }

    @Test(arguments: [true, false])
    func `a comparison of another object is not believed, and hides nothing`(isOther: Bool) async throws {
        let site = Site()
        let alone = try Machine()
        let object = try await alone.addModel(bytes, after: [])
        try await alone.push([object], to: site.remote)
        let own = try #require(try comparisons(on: source).first)
        let lie = ObjectComparison(
            oid: isOther ? before.oid : own.oid,
            size: own.size,
            base: own.base,
            unchangedCount: 1,
            changes: own.changes
        )
        let frame = try #require(lie.encodedParts().first)
        _ = try site.add(isOther ? frame : Array(frame.dropLast()), as: .comparison, of: after)
        try site.writeHint(of: after.oid)
        for hasHints in [true, false] {
            if !hasHints { site.remove("objects") }
            let target = try Machine()
            try await target.fetch([after], from: site.remote)
            #expect(try comparisons(on: target).isEmpty)
            #expect(try await target.restored(after.oid, size: bytes.count) == bytes)
            #expect(try await target.problems() == [])
            let reviewer = try Machine()
            #expect(try await !PartialFetch(reviewer.fetch(from: site.remote)).comparisons(of: after))
        }
    }

    @Test func `an object index that is damaged keeps neither a comparison nor a part of a file from coming`()
        async throws
    {
        let site = Site()
        try await source.push([before, after], to: site.remote)
        site.remote[StoreLayout.objectIndex(after.oid)] = [1, 2, 3]
        let (reviewer, reader) = (try Machine(), try Machine())
        #expect(try await PartialFetch(reviewer.fetch(from: site.remote)).comparisons(of: after))
        #expect(try comparisons(on: reviewer) == comparisons(on: source))
        let entry = try await PartialFetch(reader.fetch(from: site.remote))
            .run(after, in: after, isWanted: { $0.name == "bias" })
        #expect(entry?.oid == after.oid)
        #expect(try !reader.has([after]))
    }

    @Test(arguments: [true, false])
    func `a remote that lists nothing and has no comparison has none, and that is no error`(hasHint: Bool) async throws
    {
        let site = Site()
        try await source.push([before], to: site.remote)
        if !hasHint { site.remove("objects") }
        let reviewer = try Machine()
        #expect(try await !PartialFetch(reviewer.fetch(from: UnlistedRemote(site.remote))).comparisons(of: before))
    }

    @Test(arguments: [0, 1, 2, 3])
    func `a manifest that is none, or of a newer version, hides no other`(number: UInt8) async throws {
        let site = Site()
        try await source.push([after], to: site.remote)
        let lies = [Array("gmmanif\n".utf8) + [99, number], Array("none \(number)".utf8)]
        for lie in lies { _ = try site.add(lie, as: .manifest, of: after) }
        site.remove("objects")
        let reader = try Machine()
        let entry = try await PartialFetch(reader.fetch(from: site.remote))
            .run(after, in: after, isWanted: { $0.name == "bias" })
        #expect(entry?.oid == after.oid)
        #expect(try !reader.has([after]))
    }
}
