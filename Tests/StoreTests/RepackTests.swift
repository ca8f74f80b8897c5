import Codec
import ModelCore
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// A store encoded anew: the newest version decodes by itself, and everything comes back bit for bit.
@Suite struct RepackTests {
    private static let day: Int64 = 86_400 * 1_000_000_000

    /// Versions of a model, added one after the other, each as differences to the one before.
    private final class Series {
        let scratch: ScratchStore
        var versions: [(pointer: Pointer, bytes: [UInt8])] = []

        init(_ count: Int, sizes: StoreSizes = .standard) async throws {
            scratch = try ScratchStore(sizes: sizes)
            let sizes = [("embedding", 40_000), ("layer.0", 15_000), ("layer.1", 15_000), ("bias", 40)]
            var model = SafetensorsBytes(sizes.map { (name: $0.0, count: $0.1) }, seed: 1)
            for number in 0..<count {
                // The seed of the weights would move them by as much as they are.
                model.train(seed: 100 + UInt64(number))
                let bytes = model.bytes
                let pointer = try await scratch.addModel(bytes, after: versions.last.map { [$0.pointer] } ?? [])
                versions.append((pointer, bytes))
            }
        }

        var pointers: [Pointer] { versions.map(\.pointer) }

        /// The last version is kept in full, or another.
        func order(newest: Int? = nil, of kept: [Int]? = nil) -> RepackOrder {
            let kept = kept ?? Array(versions.indices)
            return RepackOrder(
                newest: [pointers[newest ?? kept[kept.count - 1]]],
                histories: [kept.reversed().map { pointers[$0] }]
            )
        }

        func requireVersions(_ kept: [Int]? = nil) async throws {
            for number in kept ?? Array(versions.indices) {
                #expect(try await scratch.restored(versions[number].pointer) == versions[number].bytes, "\(number)")
                let closure = Closure(of: [versions[number].pointer], in: try scratch.reopened())
                #expect(closure.frames.values.allSatisfy { $0.entry.depth <= 4 })
                #expect(closure.storedByteCount <= Int64(1.5 * Double(versions[number].bytes.count)) + 4096)
            }
            #expect(try await scratch.check().isEmpty)
        }
    }

    @Test func `The newest version decodes by itself, older ones are differences, and the store is no larger`()
        async throws
    {
        let series = try await Series(6)
        let before = try series.scratch.byteCount(of: "packs")
        let request = Repack.Request.repack(live: series.pointers, order: series.order())
        let planned = try await series.scratch.repack(request, isDryRun: true)
        #expect(try series.scratch.byteCount(of: "packs") == before)
        let report = try await series.scratch.repack(request)
        #expect(planned.encodedFrames == report.encodedFrames && report.encodedFrames >= 15)
        #expect(planned.removedPacks == report.removedPacks && report.removedPacks > 0)
        #expect(abs(planned.byteCountAfter - report.byteCountAfter) < 10_000)
        let after = try series.scratch.byteCount(of: "packs")
        #expect(after == report.byteCountAfter && report.byteCountBefore == before)
        #expect(Double(after) <= 1.02 * Double(before), "\(before) to \(after)")
        let store = try series.scratch.reopened()
        let newest = Closure(of: [series.pointers[5]], in: store)
        #expect(newest.bases.isEmpty && newest.frames.values.allSatisfy { $0.base == nil })
        #expect(newest.storedByteCount <= Int64(series.versions[5].bytes.count))
        let oldest = Closure(of: [series.pointers[0]], in: store)
        #expect(oldest.frames.values.count { $0.base != nil } >= 3)
        try await series.requireVersions()
    }

    @Test func `A second repack has nothing to do`() async throws {
        let series = try await Series(4)
        let request = Repack.Request.repack(live: series.pointers, order: series.order())
        #expect(try await !series.scratch.repack(request).isUnchanged)
        let files = try series.scratch.files(in: "")
        for isDryRun in [true, false] {
            #expect(try await series.scratch.repack(request, isDryRun: isDryRun).isUnchanged)
            #expect(try series.scratch.files(in: "") == files)
        }
    }

    @Test func `A version in the middle of a history may be the full one`() async throws {
        let series = try await Series(5)
        _ = try await series.scratch.repack(.repack(live: series.pointers, order: series.order(newest: 2)))
        let store = try series.scratch.reopened()
        #expect(Closure(of: [series.pointers[2]], in: store).bases.isEmpty)
        for number in [1, 3] { #expect(!Closure(of: [series.pointers[number]], in: store).bases.isEmpty) }
        try await series.requireVersions()
    }

    @Test func `What is dead goes after the grace period, and what it was a base of is encoded anew`() async throws {
        let series = try await Series(4)
        let live = [0, 2].map { series.pointers[$0] }
        let dead = Set(Closure(of: [series.pointers[3]], in: try series.scratch.reopened()).frames.keys)
        let request = Repack.Request.repack(live: live, order: series.order(newest: 2, of: [0, 2]))
        _ = try await series.scratch.repack(request)
        #expect(Closure(of: series.pointers, in: try series.scratch.reopened()).isComplete)
        try await series.requireVersions()
        let now = WallClock.now() + 15 * Self.day
        #expect(try await series.scratch.repack(request, now: now).droppedFrames > 0)
        let store = try series.scratch.reopened()
        let closure = Closure(of: live, in: store)
        #expect(closure.isComplete)
        #expect(dead.subtracting(closure.frames.keys).allSatisfy { !store.indexes.contains($0) })
        try await series.requireVersions([0, 2])
    }

    @Test func `A purge removes every byte that only the version needs`() async throws {
        for number in 0..<3 {
            let kept = (0..<3).filter { $0 != number }
            let copy = try await Series(3)
            let live = kept.map { copy.pointers[$0] }
            let victim = Closure(of: [copy.pointers[number]], in: try copy.scratch.reopened())
            let others = Closure(of: live, in: try copy.scratch.reopened())
            let gone = Set(victim.frames.keys.filter { !victim.bases.contains($0) })
                .subtracting(others.frames.keys.filter { !others.bases.contains($0) })
            #expect(gone.count >= 3)
            let request = Repack.Request.purge([copy.pointers[number]], live: live, order: copy.order(of: kept))
            #expect(try await !copy.scratch.repack(request).isUnchanged)
            let store = try copy.scratch.reopened()
            for id in try store.packsOnDisk() {
                let entries = try store.pack(id).contents().entries
                #expect(entries.allSatisfy { !gone.contains($0.id) })
            }
            #expect(!Closure(of: [copy.pointers[number]], in: store).isComplete)
            #expect(try await copy.scratch.repack(request).isUnchanged)
            try await copy.requireVersions(kept)
        }
    }

    @Test func `A purge removes what later versions decode against, where no manifest says whose it is`() async throws {
        let series = try await Series(2)
        let (victim, kept) = (series.pointers[0], series.pointers[1])
        // As a fetch does, which brings no more of the victim than the bases.
        let part = try ScratchStore()
        let transfer = StoreTransfer(
            from: try series.scratch.reopened(),
            to: part.store,
            cancellation: Cancellation()
        )
        _ = try transfer.run([kept], .needed)
        let closure = Closure(of: [kept], in: try part.reopened())
        #expect(closure.isComplete && !closure.bases.isEmpty)
        #expect(try part.reopened().entries(of: victim.oid, kind: .manifest).isEmpty)
        let request = Repack.Request.purge([victim], live: [kept], order: series.order(of: [1]))
        #expect(try await part.repack(request).droppedFrames >= closure.bases.count)
        let store = try part.reopened()
        for id in try store.packsOnDisk() {
            let entries = try store.pack(id).contents().entries
            #expect(entries.allSatisfy { !closure.bases.contains($0.id) })
        }
        #expect(try await part.restored(kept) == series.versions[1].bytes)
        #expect(try await part.repack(request).isUnchanged)
    }

    @Test func `A purge that was killed while it deleted is completed by the next`() async throws {
        let series = try await Series(2)
        // An index that is gone and packs that are there: what a kill leaves behind.
        for name in try series.scratch.files(in: "index") {
            try DurableFile.remove(series.scratch.root.appending("index/" + name))
        }
        let victim = series.pointers[0]
        let bytes = series.versions[0].bytes
        _ = try await series.scratch.repack(.purge([victim], live: [], order: .none))
        let left = try series.scratch.byteCount(of: "packs")
        #expect(left < Int64(bytes.count), "\(left)")
    }

    @Test func `Object indexes name the new packs`() async throws {
        let series = try await Series(3)
        let names = try series.scratch.files(in: "objects")
        _ = try await series.scratch.repack(.repack(live: series.pointers, order: series.order()))
        #expect(try series.scratch.files(in: "objects") == names)
        let packs = Set(try series.scratch.reopened().packsOnDisk())
        for name in names {
            let index = try IndexFile(series.scratch.root.appending("objects/" + name))
            #expect(packs.isSuperset(of: index.packs.map(\.id)))
        }
    }

    @Test func `An object that is here in part keeps what is here`() async throws {
        let series = try await Series(2)
        let closure = Closure(of: [series.pointers[1]], in: try series.scratch.reopened())
        let base = try #require(closure.bases.first.flatMap { closure.frames[$0] })
        try DurableFile.remove(series.scratch.root.appending(StoreLayout.pack(base.pack)))
        let before = try series.scratch.reopened()
        let frames = closure.frames.values.filter { $0.pack != base.pack }.map(\.entry.id)
        let request = Repack.Request.repack(live: series.pointers, order: series.order(), gracePeriod: 0)
        _ = try await series.scratch.repack(request)
        let after = try series.scratch.reopened()
        for frame in frames where try !before.presentCopies(of: frame).isEmpty {
            #expect(try !after.presentCopies(of: frame).isEmpty)
        }
    }

    @Test func `A repack that fills several packs takes none of them for somebody else's`() async throws {
        let sizes = StoreSizes(frameByteCount: 6000, oneFrameByteCount: 1024, packByteCount: 20_000)
        let series = try await Series(4, sizes: sizes)
        let request = Repack.Request.repack(live: series.pointers, order: series.order())
        #expect(try await series.scratch.repack(request).removedPacks > 0)
        #expect(try series.scratch.reopened().packsOnDisk().count > 4)
        for (pointer, bytes) in series.versions { #expect(try await series.scratch.restored(pointer) == bytes) }
    }

    @Test func `Where somebody pushes who is not locked out, every pack stays, and what is on its way`() async throws {
        let series = try await Series(4)
        let store = try series.scratch.reopened()
        let packs = Set(try store.packsOnDisk())
        let root = try #require(
            RootRecord(
                repository: "https://example.org/r",
                reference: "refs/heads/main",
                commit: "c0ffee",
                oids: [series.pointers[0].oid]
            )
        )
        let path = store.root.appending(StoreLayout.root(root.id))
        let unfinished = store.root.appending("packs/.git-model-tmp-0-1")
        let left = store.root.appending("packs/.git-model-tmp-999999999-1")
        try Directories.create(path.removingLastComponent(), durable: false)
        for file in [unfinished, left] { try DurableFile.write([1, 2], to: file, durable: false) }
        let repack = Repack(
            store,
            pool: ScratchStore.pool,
            now: WallClock.now(),
            cancellation: Cancellation(),
            progress: { _ in try? DurableFile.write(Array(root.text.utf8), to: path, durable: false) }
        )
        let request = Repack.Request.repack(live: series.pointers, order: series.order())
        let error = try await storeError { _ = try await repack.run(request) }
        guard case .writtenMeanwhile(path) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(packs.isSubset(of: Set(try store.packsOnDisk())))
        #expect(try FileStatus.of(unfinished) != nil && FileStatus.of(left) == nil)
        try DurableFile.setModified(WallClock.now() - 25 * 3_600_000_000_000, of: unfinished)
        #expect(try await series.scratch.repack(request).removedPacks > 0)
        #expect(try FileStatus.of(unfinished) == nil)
        try await series.requireVersions()
    }
}
