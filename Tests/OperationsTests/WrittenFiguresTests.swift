import ModelCore
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// Who is said to have written down what is not so, and who is not.
struct WrittenFiguresTests {
    private static let form = TensorForm(type: .f32, shape: [8])

    private static func figures(changed: UInt64) -> TensorChange.Difference {
        let distance = changed == 0 ? 0.0 : 0.5
        return .measured(
            TensorComparison(
                count: 8,
                changed: changed,
                distance: distance,
                norm: 2,
                baseNorm: 2,
                maximumDifference: distance,
                cosine: 1
            )
        )
    }

    private static func change(_ name: String, _ difference: TensorChange.Difference, file: String = "") -> TensorChange
    {
        TensorChange(file: file, name: name, kind: .changed(from: form, to: form, difference))
    }

    private static func comparison(_ changes: [TensorChange], unchanged: Int) throws -> ObjectComparison {
        ObjectComparison(
            oid: try #require(Digest(bytes: [UInt8](repeating: 2, count: 32))),
            size: 9,
            base: try #require(Digest(bytes: [UInt8](repeating: 1, count: 32))),
            unchangedCount: unchanged,
            changes: changes
        )
    }

    /// What is held against the author of a comparison.
    private static func clauses(
        _ written: [TensorChange],
        unchanged: Int,
        found: [TensorChange],
        unchangedFound: Int
    ) throws -> [String] {
        WrittenFigures.contradictions(
            in: try comparison(written, unchanged: unchanged),
            to: try comparison(found, unchanged: unchangedFound)
        ).map { "\($0.name ?? ""): \($0.clause)" }
    }

    @Test(arguments: [TensorChange.Difference.unmeasured, .noNumbers, .otherForm, Self.figures(changed: 0)])
    func `Who could not compare what is the same is no liar, and it counts as the same`(
        _ difference: TensorChange.Difference
    ) throws {
        let real = Self.change("b", Self.figures(changed: 3))
        let clauses = try Self.clauses(
            [Self.change("a", difference), real],
            unchanged: 4,
            found: [real],
            unchangedFound: 5
        )
        #expect(clauses == [])
        let compared = try Self.clauses([Self.change("b", difference)], unchanged: 4, found: [real], unchangedFound: 4)
        #expect(compared.isEmpty == (difference != Self.figures(changed: 0)))
    }

    @Test func `Of a name that two files have, neither side is held against the other`() throws {
        let one = Self.change("w", Self.figures(changed: 3), file: "a")
        let other = Self.change("w", .unmeasured, file: "b")
        let written = try Self.comparison([one, other], unchanged: 0).withoutFiles
        let found = try Self.comparison([one], unchanged: 1).withoutFiles
        #expect(WrittenFigures.contradictions(in: written, to: found).isEmpty)
        // What has its name alone is looked at all the same.
        let (lie, real) = (
            Self.change("v", Self.figures(changed: 1), file: "a"), Self.change("v", Self.figures(changed: 8), file: "a")
        )
        let contradictions = WrittenFigures.contradictions(
            in: try Self.comparison([one, other, lie], unchanged: 0).withoutFiles,
            to: try Self.comparison([one, real], unchanged: 1).withoutFiles
        )
        #expect(contradictions.map(\.name) == ["v"])
    }

    @Test func `Whoever says less, more or something else than there is is found out`() throws {
        let (a, b) = (Self.change("a", Self.figures(changed: 3)), Self.change("b", Self.figures(changed: 3)))
        #expect(
            try Self.clauses([a], unchanged: 1, found: [a, b], unchangedFound: 0) == [
                "b: its author says that it is the same"
            ]
        )
        #expect(
            try Self.clauses([a, b], unchanged: 0, found: [a], unchangedFound: 1) == [
                "b: its author says that it changed"
            ]
        )
        #expect(
            try Self.clauses([a], unchanged: 7, found: [a], unchangedFound: 1) == [
                ": the author counts 7 tensors that are the same, and there are 1"
            ]
        )
        let few = try Self.clauses(
            [Self.change("a", Self.figures(changed: 1))],
            unchanged: 1,
            found: [a],
            unchangedFound: 1
        )
        #expect(few == ["a: its author gives changed elements as 1.0, and by the bytes it is 3.0"])
    }
}

/// A store that cuts its frames as another git-model might.
@Suite struct OtherFrameSizesTests {
    private static let sizes = StoreSizes(frameByteCount: 48_000, oneFrameByteCount: 1024, packByteCount: 4 << 20)

    private static func add(
        _ bytes: [UInt8],
        to store: LocalStore,
        after earlier: Pointer?,
        in directory: FilePath
    ) async throws -> Pointer {
        let path = directory.appending("model.safetensors")
        try DurableFile.write(bytes, to: path, permissions: 0o666, durable: false)
        let bases = BaseCatalog(of: [earlier].compactMap { $0 }, comparedWith: earlier, in: store)
        let session = try IngestSession(store, pool: pool, cancellation: Cancellation(), progress: { _ in })
        let object = try #require(try await session.add([(path, Int64(bytes.count))], bases: bases).first)
        try session.compare(object, [("", object)], bases: bases)
        let pointer = Pointer(oid: object.oid, size: object.size, kind: .file)
        _ = try session.finish(pointers: [pointer])
        return pointer
    }

    private static let pool = WorkerPool(threadCount: 2)

    @Test func `Figures of frames that were cut with other sizes are not forged`() async throws {
        let directory = FilePath("/tmp/operations-tests-\(UInt64.random(in: .min ... .max))")
        try Directories.create(directory, durable: false)
        defer { try? Directories.removeTree(directory) }
        let root = directory.appending("store")
        var model = SafetensorsBytes([("embedding", 80_000), ("layer.0", 30_000), ("bias", 40)], seed: 1)
        let before = try await Self.add(
            model.bytes,
            to: try LocalStore.openOrCreate(root, sizes: Self.sizes),
            after: nil,
            in: directory
        )
        model.train(["layer.0"], seed: 2)
        let store = try LocalStore(root)
        let after = try await Self.add(model.bytes, to: store, after: before, in: directory)
        try store.refresh()
        let written = try #require(try store.comparisons(of: after.oid).first)
        // It is the same, but nobody could tell by its frames.
        #expect(written.changes.map(\.name) == ["embedding", "layer.0"] && written.unchangedCount == 1)
        for (from, to) in [(before, after), (after, before)] {
            let earlier = try ComparedVersion(from, named: "model.safetensors", in: store)
            let later = try ComparedVersion(to, named: "model.safetensors", in: store)
            let outcome = try await Recomparison(store, pool: Self.pool, cancellation: Cancellation())
                .run(from: earlier, to: later)
            #expect(outcome.comparison.changes.map(\.name) == ["layer.0"] && outcome.comparison.unchangedCount == 2)
            let figures = WrittenFigures(
                forth: from == before ? [written] : [],
                back: from == before ? [] : [written],
                earlier: earlier,
                later: later
            )
            #expect(figures.contradictions(to: outcome).map(\.clause) == [])
        }
    }
}
