import Codec
import ModelCore
import SystemIO
import SystemPackage
import TestSupport
import Testing

@testable import Store

/// What is remembered of the file that was added before makes `add` quicker, and nothing different.
@Suite(.enabled(if: HashedBeginning.isAvailable)) struct KnownFileTests {
    private static let sizes = StoreSizes(
        frameByteCount: 64 << 10,
        oneFrameByteCount: 1000,
        packByteCount: 1 << 20,
        pipelinedByteCount: 10_000
    )

    // Of several frames each, but for one that lies in the manifest.
    private static func model() -> SafetensorsBytes {
        let sizes = [
            ("embedding", 120_000), ("layer.0", 40_000), ("bias", 40), ("layer.1", 20_000), ("layer.2", 40_000),
        ]
        return SafetensorsBytes(sizes.map { (name: $0.0, count: $0.1) }, seed: 1)
    }

    /// A store, and what it remembers of the files that are added to it.
    private struct Place {
        let scratch: ScratchStore
        let known: KnownFiles?

        init(remembering: Bool) throws {
            scratch = try ScratchStore(sizes: sizes)
            known = remembering ? KnownFiles(scratch.path.appending("known")) : nil
        }

        var path: FilePath { scratch.file("model.safetensors") }

        /// Everything that adding a file leads to.
        struct Added: Equatable {
            let oid: Digest
            let manifests: Set<ObjectEntry>
            let segments: [Segment]
            let comparisons: [ObjectComparison]
            let done: Int64
        }

        @discardableResult
        func add(_ bytes: [UInt8], after earlier: Digest? = nil, size: Int = 0) async throws -> Added {
            try scratch.write(bytes, to: "model.safetensors")
            let store = try scratch.reopened()
            let before = earlier.map { Pointer(oid: $0, size: Int64(size), kind: .file) }
            let bases = BaseCatalog(of: [before].compactMap { $0 }, comparedWith: before, in: store)
            let tally = Tally()
            let session = try IngestSession(
                store,
                pool: ScratchStore.pool,
                known: known,
                cancellation: Cancellation(),
                progress: tally.add
            )
            let object = try #require(try await session.add([(path, Int64(bytes.count))], bases: bases).first)
            try session.compare(object, [("", object)], bases: bases)
            let pointer = Pointer(oid: object.oid, size: object.size, kind: .file)
            _ = try session.finish(pointers: [pointer])
            #expect(object.oid == SHA256.digest(of: bytes))
            #expect(try await scratch.restored(pointer) == bytes)
            let now = try scratch.reopened()
            var reader = FrameReader(now)
            return Added(
                oid: object.oid,
                manifests: Set(now.entries(of: object.oid, kind: .manifest)),
                segments: try now.maps(of: object.oid, size: object.size, reader: &reader).first?.segments ?? [],
                comparisons: try now.comparisons(of: object.oid),
                done: tally.sum
            )
        }
    }

    enum Change: CaseIterable {
        case nothing, last, first, oneValue, inline, renamed, longer, shorter, another, fewer, notAModel
    }

    private func changed(_ model: SafetensorsBytes, by change: Change) -> [UInt8] {
        var model = model
        switch change {
        case .nothing: break
        case .last: model.train(["layer.2"], seed: 2)
        case .first: model.train(["embedding"], seed: 2)
        case .oneValue: model.tensors[0].values[70_000] += 1
        case .inline: model.tensors[2].values[3] += 1
        case .renamed: model.tensors[3].name = "other.1"
        case .longer: model.tensors[4].values.append(1)
        case .shorter: model.tensors[1].values.removeLast(5000)
        case .another: model.tensors.append((name: "new", values: [Float](repeating: 2, count: 9000)))
        case .fewer: model.tensors.removeLast()
        case .notAModel:
            var bytes = model.bytes
            bytes[0] = 0xff
            return bytes
        }
        return model.bytes
    }

    @Test(arguments: Change.allCases)
    func `The second version comes out as it would without`(_ change: Change) async throws {
        let first = Self.model().bytes
        let second = changed(Self.model(), by: change)
        var outcomes: [[Place.Added]] = []
        for remembering in [false, true] {
            let place = try Place(remembering: remembering)
            let before = try await place.add(first)
            let after = try await place.add(second, after: before.oid, size: first.count)
            #expect((place.known?.file(at: place.path) == nil) == !remembering)
            // What was remembered of the second is as good as what is of the first.
            let again = try await place.add(first, after: after.oid, size: second.count)
            outcomes.append([before, after, again])
        }
        #expect(outcomes[0] == outcomes[1])
    }

    @Test func `Files without a layout come out as they would without, too`() async throws {
        var random = PseudoRandom(seed: 5)
        let first = random.bytes(3_000_000)
        var second = first
        second[2_000_000] ^= 1
        var outcomes: [[Place.Added]] = []
        for remembering in [false, true] {
            let place = try Place(remembering: remembering)
            outcomes.append([
                try await place.add(first), try await place.add(second), try await place.add(first + second),
            ])
        }
        #expect(outcomes[0] == outcomes[1])
    }

    @Test func `Figures are computed again only for bytes that are not remembered`() async throws {
        let place = try Place(remembering: true)
        var model = Self.model()
        let honest = try await place.add(model.bytes)
        // Only with other figures than the true ones can it be seen where they are taken from.
        let known = try #require(place.known?.file(at: place.path))
        let zero = try #require([UInt8](repeating: 0, count: 4).withUnsafeBytes { StatisticsAccumulator($0, of: .f32) })
        let marked = known.cuts.map { cut in
            KnownFile.Cut(
                frame: cut.frame,
                beginsPiece: cut.beginsPiece,
                type: cut.type,
                statistics: cut.statistics.map { _ in zero },
                hash: cut.hash
            )
        }
        place.known?.record(KnownFile(frameByteCount: known.frameByteCount, cuts: marked), at: place.path)
        model.train(["layer.0"], seed: 3)
        let after = try await place.add(model.bytes)
        let counts = Dictionary(
            after.segments.compactMap { segment in segment.statistics.map { (segment.name, $0.count) } },
            uniquingKeysWith: { first, _ in first }
        )
        // One element for each frame that is remembered, in front of what changed and behind it.
        #expect(counts == ["embedding": 8, "layer.0": 40_000, "bias": 40, "layer.1": 2, "layer.2": 3])
        #expect(honest.segments.allSatisfy { ($0.statistics?.count ?? 40) >= 40 })
    }

    @Test func `Frames that the store lost are stored again, however well they are remembered`() async throws {
        let place = try Place(remembering: true)
        let bytes = Self.model().bytes
        try await place.add(bytes)
        let packs = try place.scratch.reopened().indexes.packList
        for pack in packs where pack.kind == .data {
            try DurableFile.remove(place.scratch.root.appending(StoreLayout.pack(pack.id)))
        }
        // Reads back what is in the store then.
        try await place.add(bytes)
    }

    @Test func `What an author wrote into a manifest is not believed`() async throws {
        let honest = try Place(remembering: true)
        var model = Self.model()
        let first = model.bytes
        let before = try await honest.add(first)
        let forged = try Place(remembering: true)
        var lie = before.segments
        for position in lie.indices { lie[position].statistics?.mean = 1000 }
        let pointer = try forged.scratch.addForged(first, lie)
        model.train(["layer.2"], seed: 3)
        let expected = try await honest.add(model.bytes, after: before.oid, size: first.count)
        let found = try await forged.add(model.bytes, after: pointer.oid, size: first.count)
        #expect(found.segments == expected.segments)
        #expect(found.segments.allSatisfy { $0.statistics?.mean ?? 0 < 1 })
    }

    @Test func `An entry that is damaged is not believed`() async throws {
        let place = try Place(remembering: true)
        let bytes = Self.model().bytes
        let expected = try await place.add(bytes)
        let directory = place.scratch.path.appending("known")
        let entry = directory.appending(try #require(try DirectoryEntry.all(in: directory).first).name)
        let good = try DurableFile.read(entry, limit: 1 << 20)
        var random = PseudoRandom(seed: 6)
        for _ in 0..<20 {
            var damaged = good
            damaged[Int(random.next() % UInt64(good.count))] ^= UInt8(1 + random.next() % 255)
            try DurableFile.write(damaged, to: entry, durable: false)
            #expect(place.known?.file(at: place.path) == nil)
        }
        for count in [0, 7, 8, 39, 40, good.count - 1] {
            try DurableFile.write(Array(good[..<count]), to: entry, durable: false)
            #expect(place.known?.file(at: place.path) == nil)
        }
        let again = try await place.add(bytes)
        #expect(again == expected)
        #expect(try DurableFile.read(entry, limit: 1 << 20) == good)
    }

    @Test func `Whatever is behind a right digest is read to its end or refused`() async throws {
        let place = try Place(remembering: true)
        try await place.add(Self.model().bytes)
        let good = try #require(place.known?.file(at: place.path)).encoded
        var random = PseudoRandom(seed: 7)
        var refused = 0
        for _ in 0..<2000 {
            var body = Array(good[40...])
            for _ in 0..<3 {
                body[Int(random.next() % UInt64(min(body.count, 400)))] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.next() % 2 == 0 { body.removeLast(Int(random.next() % UInt64(body.count))) }
            var writer = ByteWriter()
            writer.raw(good[..<8])
            writer.digest(SHA256.digest(of: body))
            writer.raw(body)
            let parsed = writer.bytes.withUnsafeBytes { try? KnownFile(parsing: $0) }
            if parsed == nil { refused += 1 }
        }
        #expect(refused > 800)
    }

    @Test func `The cache stays within its bounds`() throws {
        let scratch = try ScratchStore()
        let directory = scratch.path.appending("known")
        try Directories.create(directory, durable: false)
        for (number, name) in ["c", "a", "d", "b"].enumerated() {
            let path = directory.appending(name)
            try DurableFile.write([UInt8](repeating: 0, count: 25 << 20), to: path, durable: false)
            try DurableFile.setModified(Int64(number + 1) * 1_000_000_000, of: path)
        }
        let known = KnownFiles(directory)
        known.trim()
        #expect(try DirectoryEntry.all(in: directory).map(\.name) == ["b", "d"])
        try known.removeAll()
        #expect(try FileStatus.of(directory) == nil)
        try known.removeAll()
    }
}
