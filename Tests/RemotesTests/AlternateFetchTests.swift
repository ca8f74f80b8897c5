import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// What a store read from another one comes from the remote once that is gone.
@Suite("Fetch after an alternate is gone")
struct AlternateFetchTests {
    @Test
    func `a version that no remote has is completed by the bases that one has, and does not count as being there`()
        async throws
    {
        let (lender, borrower, site) = (try Machine(), try Machine(), Site())
        var model = SafetensorsBytes([("embedding", 90_000), ("layer.0", 60_000), ("bias", 40)], seed: 1)
        let first = try await lender.add(model.bytes)
        try await lender.push([first], to: site.remote)
        try StoreAlternates(of: borrower.root).write([lender.root])
        var versions: [(pointer: Pointer, bytes: [UInt8])] = []
        for seed in 2...3 {
            model.train(seed: UInt64(seed))
            let bytes = model.bytes
            let machine = try Machine(reopening: borrower)
            versions.append((try await machine.addModel(bytes, after: [first] + versions.map(\.pointer)), bytes))
        }
        try Directories.removeTree(lender.root)
        let machine = try Machine(reopening: borrower)
        #expect(try !machine.has([versions[0].pointer]) && !machine.has([versions[1].pointer]))
        let planned = try await machine.fetch(from: site.remote).dryRun([versions[1].pointer])
        #expect(planned.completed == [versions[1].pointer.oid] && planned.objects.isEmpty && planned.missing.isEmpty)
        let report = try await machine.fetch(versions.map(\.pointer), from: site.remote)
        #expect(report.completed == versions.map(\.pointer.oid) && report.objects.isEmpty && report.missing.isEmpty)
        #expect(report.byteCount == planned.byteCount && report.byteCount > 100_000)
        try StoreAlternates(of: borrower.root).write([])
        for (pointer, bytes) in versions {
            #expect(try await machine.restored(pointer.oid, size: bytes.count) == bytes)
        }
        #expect(try await machine.problems() == [])
        // Without what it has of the object itself, a machine is told that the remote lacks it.
        let other = try await Machine().fetch([versions[0].pointer], from: site.remote)
        #expect(other.missing == [versions[0].pointer.oid] && other.completed.isEmpty)
    }

    /// What the borrower has when the lender goes.
    enum Kept: CaseIterable, Sendable { case nothing, differences, fetched }

    @Test(arguments: Kept.allCases, [true, false])
    func `everything that is needed comes, bases of differences that stayed among it`(
        kept: Kept,
        isStillNamed: Bool
    ) async throws {
        let (lender, borrower, site) = (try Machine(), try Machine(), Site())
        var model = SafetensorsBytes([("embedding", 90_000), ("layer.0", 60_000), ("bias", 40)], seed: 1)
        let old = model.bytes
        let first = try await lender.add(old)
        model.train(seed: 2)
        let new = model.bytes
        try StoreAlternates(of: borrower.root).write([lender.root])
        var machine = try Machine(reopening: borrower)
        let adding = kept == .differences ? machine : lender
        let second = try await adding.addModel(new, after: [first])
        let tree = try await lender.addTree(["a": old, "b": new, "c": [1]])
        try await lender.push([first, tree], to: site.remote)
        try await adding.push([second], to: site.remote)
        if kept == .fetched {
            // Only what the lender does not have is fetched, and that is nothing but what it came to have since.
            try await machine.fetch([second, tree], from: site.remote)
        }
        try Directories.removeTree(lender.root)
        if !isStillNamed { try StoreAlternates(of: borrower.root).write([]) }
        machine = try Machine(reopening: borrower)
        #expect(try !machine.has([second]))
        if kept == .differences { #expect(try !machine.packs().isEmpty) }
        for hasHints in [true, false] {
            if !hasHints { site.remove("objects") }
            let report = try await machine.fetch([second, first, tree], from: site.remote)
            #expect(report.missing == [] && report.damaged.isEmpty)
            #expect(Set(report.objects) == (hasHints ? [second.oid, first.oid, tree.oid] : []))
            #expect(try await machine.restored(second.oid, size: new.count) == new)
            #expect(try await machine.restored(first.oid, size: old.count) == old)
            #expect(try machine.has([tree, second]))
            guard hasHints else { continue }
            #expect(try await machine.problems() == [])
        }
    }

    @Test
    func `a difference whose base the lender encoded anew is never wrong, and is completed from the remote`()
        async throws
    {
        let (lender, borrower, site) = (try Machine(), try Machine(), Site())
        var model = SafetensorsBytes([("embedding", 90_000), ("layer.0", 60_000), ("bias", 40)], seed: 1)
        let first = try await lender.addModel(model.bytes, after: [])
        try await lender.push([first], to: site.remote)
        try StoreAlternates(of: borrower.root).write([lender.root])
        var own = model
        own.train(seed: 7)
        let second = try await Machine(reopening: borrower).addModel(own.bytes, after: [first])
        model.train(seed: 2)
        let third = try await lender.addModel(model.bytes, after: [first])
        // What was in full is a difference now, and lies as deep as what the borrower has.
        let order = RepackOrder(newest: [third], histories: [[third, first]])
        let repack = Repack(
            try LocalStore(lender.root),
            pool: Machine.pool,
            now: WallClock.now(),
            cancellation: Cancellation()
        )
        #expect(try await !repack.run(.repack(live: [first, third], order: order)).isUnchanged)
        let machine = try Machine(reopening: borrower)
        #expect(try !machine.has([second]) && machine.has([first, third]))
        await #expect(throws: StoreError.self) { try await machine.restored(second.oid, size: own.bytes.count) }
        let report = try await machine.fetch([second], from: site.remote)
        #expect(report.completed == [second.oid] && report.byteCount > 100_000)
        #expect(try await machine.restored(second.oid, size: own.bytes.count) == own.bytes)
        #expect(try await machine.problems() == [])
    }
}
