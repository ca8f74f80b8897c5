import ModelCore
import Store
import Testing

@testable import Operations

/// What tensors were like that are in another file now.
struct SideStatisticsTests {
    private static func statistics(notNumbers: UInt64) -> TensorStatistics {
        TensorStatistics(
            count: 100,
            zeros: 0,
            notNumbers: notNumbers,
            infinities: 0,
            mean: 0,
            standardDeviation: 1,
            minimum: -1,
            maximum: 1,
            norm: 10
        )
    }

    @Test func `Of a name that several files have, the first file counts, in every process`() {
        let form = TensorForm(type: .f32, shape: [100])
        let names = (0..<40).map { "layers.\($0).w" }
        var before: [EarlierVersion.Place: TensorStatistics] = [:]
        for (number, file) in ["b", "c", "a", "d"].enumerated() {
            for name in names {
                before[EarlierVersion.Place(file: file, name: name)] = Self.statistics(notNumbers: UInt64(number))
            }
        }
        let sides = SideStatistics(before: before, after: [:])
        for (file, expected) in [("new", 2), ("b", 0), ("d", 3)] as [(String, UInt64)] {
            for name in names {
                let change = TensorChange(file: file, name: name, kind: .changed(from: form, to: form, .unmeasured))
                #expect(sides.of(change).before?.notNumbers == expected, "\(file): \(name)")
            }
        }
        let added = TensorChange(file: "new", name: names[0], kind: .added(form))
        #expect(sides.of(added).before == nil)
    }
}
