import ModelCore
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// What changed in the tensors since an earlier version is known without the bytes of either.
@Suite struct ComparisonTests {
    // The first has two frames, the last lies in the manifest.
    private static let sizes = [("embedding", 1_200_000), ("layer.0", 60_000), ("layer.1", 60_000), ("bias", 40)]

    private static func model() -> SafetensorsBytes {
        SafetensorsBytes(sizes.map { (name: $0.0, count: $0.1) }, seed: 1)
    }

    /// What a comparison says by the tensors' names: figures, or what else became of them.
    private func figures(_ comparison: ObjectComparison) -> [String: TensorComparison] {
        var figures: [String: TensorComparison] = [:]
        for change in comparison.changes {
            if case .changed(_, _, .measured(let found)) = change.kind { figures[change.name] = found }
        }
        return figures
    }

    /// A store with two versions of a model, and the comparison of the second with the first.
    private struct Two {
        let scratch: ScratchStore
        let before: (pointer: Pointer, model: SafetensorsBytes)
        let after: (pointer: Pointer, model: SafetensorsBytes)

        init(pool: WorkerPool = ScratchStore.pool) async throws {
            scratch = try ScratchStore()
            var model = ComparisonTests.model()
            before = (try await scratch.addCompared(model.bytes, with: nil, pool: pool), model)
            model.train(["embedding", "layer.1"], seed: 2)
            model.tensors[3].values[5] += 1
            after = (try await scratch.addCompared(model.bytes, with: before.pointer, pool: pool), model)
        }

        func comparison() throws -> ObjectComparison {
            let found = try scratch.reopened().comparisons(of: after.pointer.oid)
            #expect(found.count == 1)
            return try #require(found.first)
        }
    }

    @Test func `Figures are those of the definition, over all frames`() async throws {
        let two = try await Two()
        let comparison = try two.comparison()
        #expect(comparison.oid == two.after.pointer.oid && comparison.base == two.before.pointer.oid)
        #expect(comparison.size == two.after.pointer.size)
        #expect(comparison.unchangedCount == 1)
        #expect(comparison.changes.map(\.name) == ["embedding", "layer.1", "bias"])
        let figures = figures(comparison)
        for position in [0, 2, 3] {
            let (new, old) = (two.after.model.tensors[position], two.before.model.tensors[position])
            let found = try #require(figures[new.name])
            let pairs = zip(new.values, old.values).map { (Double($0), Double($1)) }
            let distance = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
            let norm = pairs.reduce(0) { $0 + $1.0 * $1.0 }.squareRoot()
            let baseNorm = pairs.reduce(0) { $0 + $1.1 * $1.1 }.squareRoot()
            let product = pairs.reduce(0) { $0 + $1.0 * $1.1 }
            #expect(found.count == UInt64(pairs.count))
            #expect(found.changed == UInt64(pairs.count { $0.0 != $0.1 }))
            #expect(abs(found.distance / distance - 1) < 1e-10)
            #expect(abs(found.norm / norm - 1) < 1e-10 && abs(found.baseNorm / baseNorm - 1) < 1e-10)
            #expect(found.maximumDifference == pairs.map { abs($0.0 - $0.1) }.max())
            #expect(abs(found.cosine - product / norm / baseNorm) < 1e-10)
        }
    }

    @Test func `The number of threads changes nothing`() async throws {
        var all: Set<ObjectComparison> = []
        for count in [1, 2, 5] { all.insert(try await Two(pool: WorkerPool(threadCount: count)).comparison()) }
        #expect(all.count == 1)
    }

    @Test func `A version whose frames were there already is compared all the same`() async throws {
        let expected = try await Two().comparison()
        let scratch = try ScratchStore()
        var model = Self.model()
        let first = model.bytes
        model.train(["embedding", "layer.1"], seed: 2)
        model.tensors[3].values[5] += 1
        try await scratch.add(model.bytes, as: "model.safetensors")
        let before = try await scratch.addCompared(first, with: nil)
        let after = try await scratch.addCompared(model.bytes, with: before)
        #expect(try scratch.reopened().comparisons(of: after.oid) == [expected])
    }

    @Test func `A frame of a tensor that stayed the same counts with the others`() async throws {
        let scratch = try ScratchStore()
        var model = Self.model()
        let before = try await scratch.addCompared(model.bytes, with: nil)
        model.tensors[0].values[1_199_999] += 1
        let after = try await scratch.addCompared(model.bytes, with: before)
        let found = try #require(try scratch.reopened().comparisons(of: after.oid).first.map(figures)?["embedding"])
        #expect(found.count == 1_200_000 && found.changed == 1)
        #expect(found.maximumDifference == found.distance)
        let norm = model.tensors[0].values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        #expect(abs(found.norm / norm - 1) < 1e-10)
    }

    @Test func `Tensors that are new, gone, reshaped or not numbers say so`() async throws {
        let scratch = try ScratchStore()
        var model = Self.model()
        let before = try await scratch.addCompared(model.bytes, with: nil)
        model.tensors[1] = ("layer.2", model.tensors[1].values)
        model.tensors[2].values.removeLast()
        let after = try await scratch.addCompared(model.bytes, with: before)
        let comparison = try #require(try scratch.reopened().comparisons(of: after.oid).first)
        let (old, new) = (TensorForm(type: .f32, shape: [60_000]), TensorForm(type: .f32, shape: [59_999]))
        #expect(comparison.unchangedCount == 2)
        #expect(
            comparison.changes == [
                TensorChange(file: "", name: "layer.2", kind: .added(old)),
                TensorChange(file: "", name: "layer.1", kind: .changed(from: old, to: new, .otherForm)),
                TensorChange(file: "", name: "layer.0", kind: .removed(old)),
            ]
        )
    }

    @Test func `Where the earlier bytes are gone, tensors are known to have changed, and not how much`() async throws {
        let scratch = try ScratchStore()
        var model = Self.model()
        let before = try await scratch.addCompared(model.bytes, with: nil)
        let store = try scratch.reopened()
        let catalog = BaseCatalog(of: [before], comparedWith: before, in: store)
        for pack in store.indexes.packList where pack.kind == .data {
            try DurableFile.remove(scratch.root.appending(StoreLayout.pack(pack.id)))
        }
        model.train(["layer.0"], seed: 3)
        let after = try await scratch.addCompared(model.bytes, catalog: catalog, to: store)
        let changes = try scratch.reopened().comparisons(of: after.oid).flatMap(\.changes)
        let form = TensorForm(type: .f32, shape: [60_000])
        #expect(changes.map(\.kind) == [.changed(from: form, to: form, .unmeasured)])
    }

    @Test func `Manifests alone tell what is the same`() async throws {
        let two = try await Two()
        let store = try two.scratch.reopened()
        let stored = try two.comparison()
        let found = try #require(store.compareManifests(of: two.after.pointer, with: two.before.pointer))
        #expect(found.unchangedCount == stored.unchangedCount)
        #expect(found.changes.map(\.name) == stored.changes.map(\.name))
        #expect(figures(found).keys.sorted() == ["bias"])
        let nowhere = Pointer(oid: stored.oid, size: 1_000_000, kind: .file)
        #expect(store.compareManifests(of: nowhere, with: two.before.pointer) == nil)
    }

    @Test func `Shards of a tree that were cut anew are compared by the names of their tensors`() async throws {
        let scratch = try ScratchStore()
        let whole = SafetensorsBytes([("a", 100_000), ("b", 100_000), ("c", 100_000)], seed: 4)
        var (first, second) = (whole, whole)
        first.tensors.removeLast()
        second.tensors.removeFirst(2)
        let before = try await scratch.addShards(["1.safetensors": first, "2.safetensors": second], after: nil)
        var (third, fourth) = (whole, whole)
        third.tensors.removeLast(2)
        fourth.tensors.removeFirst(1)
        fourth.train(["b"], seed: 5)
        let after = try await scratch.addShards(["1.safetensors": third, "x.safetensors": fourth], after: before)
        let comparison = try #require(try scratch.reopened().comparisons(of: after.oid).first)
        #expect(comparison.base == before.oid)
        #expect(comparison.unchangedCount == 2)
        #expect(comparison.changes.map(\.name) == ["b"] && comparison.changes[0].file == "x.safetensors")
        #expect(figures(comparison)["b"] != nil)
    }

    @Test func `A copy of a tensor under its name in another file is new`() async throws {
        let scratch = try ScratchStore()
        let model = SafetensorsBytes([("a", 100_000)], seed: 4)
        let before = try await scratch.addShards(["m.safetensors": model], after: nil)
        let after = try await scratch.addShards(["ema.safetensors": model, "m.safetensors": model], after: before)
        let comparison = try #require(try scratch.reopened().comparisons(of: after.oid).first)
        #expect(comparison.unchangedCount == 1)
        #expect(comparison.changes.map(\.file) == ["ema.safetensors"])
    }

    @Test func `A comparison lives as long as its object, and outlives the earlier version`() async throws {
        let scratch = try ScratchStore()
        let before = try await scratch.addCompared(Self.model().bytes, with: nil)
        let other = SafetensorsBytes(Self.sizes.map { (name: $0.0, count: $0.1) }, seed: 99)
        let after = try await scratch.addCompared(other.bytes, with: before)
        let comparisons = try scratch.reopened().comparisons(of: after.oid)
        #expect(comparisons.map(figures).map(\.count) == [4])
        func collect(_ live: [Pointer]) throws {
            let collection = GarbageCollection(try scratch.reopened(), now: WallClock.now())
            _ = try collection.carryOut(try collection.plan(live: live, gracePeriod: 0))
        }
        try collect([after])
        #expect(try scratch.reopened().maps(of: before).isEmpty)
        #expect(try scratch.reopened().comparisons(of: after.oid) == comparisons)
        #expect(try await scratch.restored(after) == other.bytes)
        #expect(try await scratch.check().isEmpty)
        try collect([])
        #expect(try scratch.reopened().comparisons(of: after.oid).isEmpty)
    }

    @Test func `The object index has the comparison, also of an object that had one before`() async throws {
        let two = try await Two()
        func index(of pointer: Pointer) throws -> IndexFile {
            try IndexFile(two.scratch.root.appending(StoreLayout.objectIndex(pointer.oid)))
        }
        let kinds = try index(of: two.after.pointer).entries(of: two.after.pointer.oid).map(\.kind)
        #expect(kinds == [.manifest, .comparison])
        #expect(try index(of: two.before.pointer).entries(of: two.before.pointer.oid).map(\.kind) == [.manifest])
        // Back to the first version: that is a change, too.
        _ = try await two.scratch.addCompared(two.before.model.bytes, with: two.after.pointer)
        let back = try index(of: two.before.pointer).entries(of: two.before.pointer.oid)
        #expect(back.map(\.kind) == [.manifest, .comparison])
        #expect(
            try two.scratch.reopened().comparisons(of: two.before.pointer.oid).map(\.base) == [two.after.pointer.oid]
        )
    }

    @Test func `Indexes that are lost are made again with the comparisons`() async throws {
        let two = try await Two()
        let comparison = try two.comparison()
        for name in try two.scratch.files(in: "index") {
            try DurableFile.remove(two.scratch.root.appending("index/" + name))
        }
        _ = try await two.scratch.check(mending: true)
        #expect(try two.comparison() == comparison)
        #expect(try await two.scratch.check().isEmpty)
    }

    @Test func `A comparison that is of another object is not believed`() async throws {
        let two = try await Two()
        let store = try two.scratch.reopened()
        let entry = try #require(store.indexes.entries(of: two.after.pointer.oid, kind: .comparison).first)
        #expect(try WholeObjectCheck(store, until: Cancellation()).isRight(entry))
        var lie = entry
        lie.oid = two.before.pointer.oid
        #expect(try !WholeObjectCheck(store, until: Cancellation()).isRight(lie))
        let manifest = try #require(store.indexes.entries(of: two.after.pointer.oid, kind: .manifest).first)
        lie.frame = manifest.frame
        #expect(try !WholeObjectCheck(store, until: Cancellation()).isRight(lie))
    }
}

extension LocalStore {
    fileprivate func maps(of pointer: Pointer) throws -> [ObjectMap] {
        var reader = FrameReader(self)
        return try maps(of: pointer.oid, size: pointer.size, reader: &reader)
    }
}

extension ScratchStore {
    /// Adds a model, and what changed in it since an earlier version.
    func addCompared(
        _ bytes: [UInt8],
        with earlier: Pointer?,
        pool: WorkerPool = ScratchStore.pool
    ) async throws -> Pointer {
        let store = try reopened()
        let catalog = BaseCatalog(of: [earlier].compactMap { $0 }, comparedWith: earlier, in: store)
        return try await addCompared(bytes, catalog: catalog, to: store, pool: pool)
    }

    func addCompared(
        _ bytes: [UInt8],
        catalog: BaseCatalog,
        to store: LocalStore,
        pool: WorkerPool = ScratchStore.pool
    ) async throws -> Pointer {
        let path = try write(bytes, to: "model.safetensors")
        let session = try IngestSession(store, pool: pool, cancellation: Cancellation(), progress: { _ in })
        let object = try #require(try await session.add([(path, Int64(bytes.count))], bases: catalog).first)
        try session.compare(object, [("", object)], bases: catalog)
        let pointer = Pointer(oid: object.oid, size: object.size, kind: .file)
        _ = try session.finish(pointers: [pointer])
        return pointer
    }

    /// Adds a tree of models, and what changed in them since an earlier one.
    fileprivate func addShards(_ files: [String: SafetensorsBytes], after earlier: Pointer?) async throws -> Pointer {
        let store = try reopened()
        let catalog = BaseCatalog(of: [earlier].compactMap { $0 }, comparedWith: earlier, in: store)
        let session = try session(in: store)
        let names = files.keys.sorted()
        var paths: [(path: FilePath, size: Int64)] = []
        for name in names {
            let bytes = files[name]?.bytes ?? []
            paths.append((try write(bytes, to: "tree/" + name), Int64(bytes.count)))
        }
        let objects = try await session.add(paths, named: names, bases: catalog)
        let entries = try zip(names, objects).map { name, object in
            TreeEntry(mode: .regular, size: object.size, digest: object.oid, path: try RepositoryPath(name))
        }
        let listing = try TreeListing(entries)
        let named = zip(names, objects).map { (name: $0, object: $1) }
        let object = try session.add(listing)
        try session.compare(object, named, bases: catalog)
        let pointer = Pointer(oid: object.oid, size: listing.contentSize, kind: .tree)
        _ = try session.finish(pointers: [pointer])
        return pointer
    }
}
