import ModelCore
import Testing

/// Comparisons beyond one frame, and the other way round.
struct ObjectComparisonTests {
    private func parts(_ comparison: ObjectComparison, atMost limit: Int) throws -> [ObjectComparison.Part] {
        try comparison.encodedParts(atMost: limit).map { bytes in
            #expect(bytes.count <= limit)
            return try bytes.withUnsafeBytes { try ObjectComparison.Part(parsing: $0) }
        }
    }

    @Test func `A comparison that outgrows a frame is several parts, which join in any order`() throws {
        let comparison = GoldenTests.comparison
        let parts = try parts(comparison, atMost: 360)
        #expect(parts.count > 1)
        #expect(ObjectComparison(joining: parts.reversed()) == comparison)
        #expect(ObjectComparison(joining: parts.dropLast()) == nil)
        #expect(ObjectComparison(joining: [parts[0], parts[0]]) == nil)
        let other = ObjectComparison(
            oid: comparison.oid,
            size: comparison.size,
            base: comparison.oid,
            unchangedCount: comparison.unchangedCount,
            changes: comparison.changes
        )
        #expect(ObjectComparison(joining: [parts[0]] + (try self.parts(other, atMost: 360)).dropFirst()) == nil)
    }

    @Test func `A comparison of nothing is one part`() throws {
        let oid = GoldenTests.comparison.oid
        let comparison = ObjectComparison(oid: oid, size: 1, base: oid, unchangedCount: 0, changes: [])
        #expect(ObjectComparison(joining: try parts(comparison, atMost: 4096)) == comparison)
    }

    @Test func `The other way round, what was added is removed and norms change places`() throws {
        let comparison = GoldenTests.comparison
        let reversed = comparison.reversed(size: 100)
        #expect(reversed.oid == comparison.base && reversed.base == comparison.oid && reversed.size == 100)
        #expect(reversed.reversed(size: comparison.size) == comparison)
        guard case .changed(_, _, .measured(let figures)) = reversed.changes[0].kind else {
            Issue.record("the first is no measured change")
            return
        }
        #expect(figures.relativeDistance == 0.5 / 2.5)
        #expect(reversed.changes[4].kind == .removed(TensorForm(type: .f32, shape: [5])))
        #expect(reversed.changes[5].kind == .added(TensorForm(type: .f64, shape: [])))
    }
}
