import ModelCore
import SystemIO
import TestSupport
import Testing

@testable import Store

/// What is found of the tensors of files that are one frame, and what is not looked at.
@Suite struct SmallFileTests {
    private static let name = "model.safetensors"

    private static func model(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        SafetensorsBytes([("a", count), ("b", 40)], seed: seed).bytes
    }

    private static func small(in store: LocalStore, limit: Int64 = 32 << 20) -> SmallFileTensors {
        SmallFileTensors(ofArtifactNamed: name, in: store, byteLimit: limit)
    }

    @Test func `Tensors are compared by their values, and named by the file's own`() async throws {
        let scratch = try ScratchStore()
        let before = try await scratch.add(Self.model(640), as: Self.name)
        let after = try await scratch.add(Self.model(640, seed: 2), as: Self.name)
        let store = try scratch.reopened()
        let found = try #require(store.compareManifests(of: after, with: before, Self.small(in: store)))
        #expect(found.changes.map(\.name) == ["a", "b"] && found.isMeasured)
        let tensors = try store.tensors(of: after, Self.small(in: store))
        #expect(tensors.map(\.segment.shape) == [[640], [40]] && tensors.allSatisfy(\.isPartOfFrame))
        #expect(tensors.allSatisfy { $0.segment.statistics != nil })
    }

    @Test func `A file elsewhere counts where it is the same, and only there`() async throws {
        let scratch = try ScratchStore()
        let path = try scratch.write(Self.model(640), to: Self.name)
        let pointer = try await scratch.add(path).pointer
        let empty = try ScratchStore()
        for (place, isFound) in [(path, true), (try scratch.write(Self.model(640, seed: 2), to: "other"), false)] {
            let small = SmallFileTensors(ofArtifactNamed: Self.name, in: empty.store) { _ in place }
            #expect((empty.store.smallFileTensors(of: pointer, small)?.count == 2) == isFound)
            #expect(small.unread == (isFound ? [] : [""]))
        }
    }

    @Test func `A tree of too many small files is compared where it differs, and the rest is named`() async throws {
        let scratch = try ScratchStore()
        let same = (0..<4).map { (name: "\($0).safetensors", bytes: Self.model(640, seed: UInt64($0) + 9)) }
        func tree(_ seed: UInt64) async throws -> Pointer {
            let files = same + [(name: "z.safetensors", bytes: Self.model(640, seed: seed))]
            return try await scratch.addTree(files.map { ($0.name, $0.bytes, .regular) })
        }
        let (before, after) = (try await tree(1), try await tree(2))
        let store = try scratch.reopened()
        let small = Self.small(in: store, limit: 8000)
        let found = try #require(store.compareManifests(of: after, with: before, small))
        #expect(found.changes.map(\.file) == ["z.safetensors", "z.safetensors"] && found.unchangedCount == 0)
        #expect(small.unread == Set(same.map(\.name)))
        let all = try #require(store.compareManifests(of: after, with: before, Self.small(in: store)))
        #expect(all.changes.count == 2 && all.unchangedCount == 8)
    }

    @Test func `A file that grew out of one frame changed, and its tensors did not come from nowhere`() async throws {
        let scratch = try ScratchStore()
        let before = try await scratch.addCompared(Self.model(640), with: nil)
        let after = try await scratch.addCompared(Self.model(80_000), with: before)
        let store = try scratch.reopened()
        let stored = try #require(try store.comparisons(of: after.oid).first)
        let small = Self.small(in: store)
        let rest = try #require(store.compareSmallFiles(of: after, with: before, small))
        let found = stored.joined(with: rest, leavingOut: small.unread)
        #expect(found.changes.map(\.name) == ["a", "b"])
        let (old, new) = (TensorForm(type: .f32, shape: [640]), TensorForm(type: .f32, shape: [80_000]))
        #expect(found.changes.first?.kind == .changed(from: old, to: new, .otherForm))
    }
}
