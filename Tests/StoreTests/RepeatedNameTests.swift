import ModelCore
import Testing

@testable import Store

/// Formats let several tensors of a file have one name: the first is compared with the first, the second with the
/// second.
@Suite struct RepeatedNameTests {
    /// Tensors of one element each, and what became of them.
    private struct Case {
        let before: [UInt8], after: [UInt8]
        var files = (before: "", after: "")
        let unchanged: Int
        let changes: [String]
    }

    private static let cases = [
        Case(before: [1, 2], after: [1, 2], unchanged: 2, changes: []),
        Case(before: [1, 2], after: [1, 3], unchanged: 1, changes: ["changed"]),
        Case(before: [1, 2], after: [1, 2, 9], unchanged: 2, changes: ["added"]),
        Case(before: [1, 2], after: [1], unchanged: 1, changes: ["removed"]),
        Case(before: [1, 2], after: [1, 2], files: ("a", "b"), unchanged: 2, changes: []),
    ]

    private static func tensors(_ values: [UInt8], in file: String) -> [EarlierVersion.Tensor] {
        values.map {
            EarlierVersion.Tensor(
                file: file,
                segment: Segment(name: "w", type: .u8, shape: [1], content: .inline([$0]))
            )
        }
    }

    private static func kind(_ change: TensorChange) -> String {
        switch change.kind {
        case .added: "added"
        case .removed: "removed"
        case .changed: "changed"
        }
    }

    @Test(arguments: cases.indices)
    func `Each is beside its own namesake`(number: Int) throws {
        let test = Self.cases[number]
        let base = try #require(Digest(bytes: [UInt8](repeating: 1, count: 32)))
        let oid = try #require(Digest(bytes: [UInt8](repeating: 2, count: 32)))
        let earlier = EarlierVersion(oid: base, tensors: Self.tensors(test.before, in: test.files.before))
        let found = earlier.comparison(
            of: Pointer(oid: oid, size: 9, kind: .file),
            Self.tensors(test.after, in: test.files.after)
        )
        #expect(found.unchangedCount == test.unchanged)
        #expect(found.changes.map(Self.kind) == test.changes)
    }

    @Test func `What moved from a small file to a large one meets its own namesake`() throws {
        let form = TensorForm(type: .u8, shape: [1])
        let base = try #require(Digest(bytes: [UInt8](repeating: 1, count: 32)))
        let oid = try #require(Digest(bytes: [UInt8](repeating: 2, count: 32)))
        func comparison(_ kind: TensorChange.Kind) -> ObjectComparison {
            let change = TensorChange(file: "a", name: "w", kind: kind)
            return ObjectComparison(oid: oid, size: 9, base: base, unchangedCount: 0, changes: [change, change])
        }
        let joined = comparison(.added(form)).joined(with: comparison(.removed(form)), leavingOut: [])
        #expect(joined.changes.map(\.kind) == Array(repeating: .changed(from: form, to: form, .unmeasured), count: 2))
    }
}
