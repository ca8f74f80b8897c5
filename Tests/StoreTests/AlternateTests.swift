import ModelCore
@testable import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// Stores that are read from beside another.
@Suite struct AlternateTests {
    /// A store that borrows from another one, which has an object.
    private struct Pair {
        let lender: ScratchStore
        let borrower: ScratchStore
        let bytes: [UInt8]
        let pointer: Pointer

        init() async throws {
            (lender, borrower) = (try ScratchStore(), try ScratchStore())
            var model = SafetensorsBytes([("a", 120_000), ("b", 60_000)], seed: 1)
            bytes = model.bytes
            pointer = try await lender.add(bytes)
            model.train(seed: 2)
            try StoreAlternates(of: borrower.root).write([lender.root])
        }
    }

    @Test func `What an alternate has is read from there, and not stored again`() async throws {
        let pair = try await Pair()
        #expect(try await pair.borrower.restored(pair.pointer) == pair.bytes)
        let before = try pair.lender.files(in: "")
        let again = try await pair.borrower.add(pair.bytes, to: pair.borrower.reopened())
        #expect(again == pair.pointer)
        #expect(try pair.borrower.files(in: "packs").isEmpty)
        #expect(try pair.borrower.files(in: "objects").isEmpty)
        #expect(try await pair.borrower.restored(pair.pointer) == pair.bytes)
        #expect(try pair.lender.files(in: "") == before)
    }

    @Test func `A new version is a difference to one of an alternate, and collection keeps what is here of it`()
        async throws
    {
        let pair = try await Pair()
        var model = SafetensorsBytes([("a", 120_000), ("b", 60_000)], seed: 1)
        model.train(["b"], seed: 3)
        let second = try await pair.borrower.addModel(model.bytes, after: [pair.pointer])
        let store = try pair.borrower.reopened()
        let closure = Closure(of: [second], in: store)
        #expect(closure.isComplete && !closure.bases.isEmpty)
        #expect(try pair.borrower.byteCount(of: "packs") < 300_000)
        let lent = try pair.lender.files(in: "")
        let collection = GarbageCollection(store, now: .max)
        #expect(try collection.plan(live: [second, pair.pointer], gracePeriod: 0).candidates.isEmpty)
        let plan = try collection.plan(live: [pair.pointer], gracePeriod: 0)
        #expect(plan.candidates.count == (try pair.borrower.files(in: "packs").count))
        #expect(try await pair.borrower.restored(second) == model.bytes)
        _ = try collection.carryOut(plan)
        #expect(try pair.borrower.files(in: "packs").isEmpty)
        #expect(try pair.lender.files(in: "") == lent)
        #expect(try await pair.borrower.restored(pair.pointer) == pair.bytes)
    }

    @Test func `What is here is kept, although an alternate has it too`() async throws {
        let pair = try await Pair()
        try StoreAlternates(of: pair.borrower.root).write([])
        _ = try await pair.borrower.add(pair.bytes, to: pair.borrower.reopened())
        try StoreAlternates(of: pair.borrower.root).write([pair.lender.root])
        let collection = GarbageCollection(try pair.borrower.reopened(), now: .max)
        #expect(try collection.plan(live: [pair.pointer], gracePeriod: 0).candidates.isEmpty)
    }

    @Test func `An alternate that is gone is named by whatever needs it, and nothing is deleted`() async throws {
        let pair = try await Pair()
        try DurableFile.rename(pair.lender.root, to: pair.lender.path.appending("away"))
        let store = try pair.borrower.reopened()
        let errors = [
            try await storeError { _ = try await pair.borrower.restored(pair.pointer) },
            try await storeError { _ = try GarbageCollection(store, now: .max).plan(live: []) },
            try await storeError { _ = try FrameRemoval(store).plan(dropping: [], keeping: []) },
        ]
        for error in errors {
            #expect("\(error)".hasPrefix("the store \(pair.lender.root), from which \(pair.borrower.root) borrows, "))
        }
        let other = try await pair.borrower.add([1, 2, 3], to: store)
        #expect(try await pair.borrower.restored(other) == [1, 2, 3])
    }

    @Test func `Alternates of alternates count, and a circle ends`() async throws {
        let pair = try await Pair()
        let third = try ScratchStore()
        try StoreAlternates(of: third.root).write([pair.borrower.root])
        try StoreAlternates(of: pair.lender.root).write([third.root, pair.lender.root])
        #expect(try await third.restored(pair.pointer) == pair.bytes)
        #expect(try third.reopened().alternateRoots == [pair.borrower.root, pair.lender.root])
    }

    @Test func `What is borrowed is copied before it is given up`() async throws {
        let pair = try await Pair()
        let store = try pair.borrower.reopened()
        let transfer = StoreTransfer(from: store, to: store, cancellation: Cancellation())
        #expect(try transfer.run([pair.pointer], .needed).byteCount > 400_000)
        try StoreAlternates(of: pair.borrower.root).write([])
        #expect(try await pair.borrower.restored(pair.pointer) == pair.bytes)
        #expect(try await pair.borrower.check().isEmpty)
    }

    @Test func `What is left of an object that is here in part is copied, too`() async throws {
        let (source, target) = (try ScratchStore(), try ScratchStore())
        var model = SafetensorsBytes([("a", 120_000), ("b", 60_000)], seed: 1)
        let first = try await source.addModel(model.bytes, after: [])
        model.train(seed: 2)
        let second = try await source.addModel(model.bytes, after: [first])
        let closure = Closure(of: [second], in: try source.reopened())
        let base = try #require(closure.bases.first.flatMap { closure.frames[$0] })
        let away = source.path.appending("away")
        try DurableFile.rename(source.root.appending(StoreLayout.pack(base.pack)), to: away)
        let transfer = StoreTransfer(from: try source.reopened(), to: target.store, cancellation: Cancellation())
        #expect(try transfer.run([second], .needed).partialCount == 1)
        // What was missing is found elsewhere.
        let place = target.root.appending(StoreLayout.pack(base.pack))
        try Directories.create(place.removingLastComponent(), durable: false)
        try DurableFile.rename(away, to: place)
        var contents = IndexContents()
        contents.add(try target.store.pack(base.pack).sealed())
        try target.store.publish(contents)
        #expect(try await target.restored(second) == model.bytes)
    }

    @Test(arguments: ["", "x\n", "git-model-alternates 1\nstore x\n", "git-model-alternates 2\n"])
    func `A list that is none is an error`(text: String) async throws {
        let scratch = try ScratchStore()
        try DurableFile.write(Array(text.utf8), to: scratch.root.appending("alternates"))
        _ = try await storeError { _ = try scratch.reopened() }
    }
}
