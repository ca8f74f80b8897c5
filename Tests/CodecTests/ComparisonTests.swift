import Codec
import ModelCore
import TestSupport
import Testing

struct ComparisonTests {
    private func comparison(_ values: [Float], _ base: [Float], cut: Int = 1 << 20) -> TensorComparison {
        var sum = ComparisonAccumulator()
        for start in stride(from: 0, to: values.count, by: cut) {
            let range = start..<min(values.count, start + cut)
            Array(values[range]).withUnsafeBytes { raw in
                Array(base[range]).withUnsafeBytes { base in
                    if let next = ComparisonAccumulator(raw, base: base, of: .f32) { sum.append(next) }
                }
            }
        }
        return sum.comparison
    }

    @Test(arguments: [1, 7, 8, 9, 1024, 1025, 5000])
    func `comparisons are those of the definition`(count: Int) {
        var random = PseudoRandom(seed: UInt64(count))
        let base = (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
        let values = base.map { random.next() % 3 == 0 ? $0 : $0 + Float.random(in: -0.01...0.01, using: &random) }
        let pairs = zip(values, base).map { (Double($0), Double($1)) }
        let distance = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let (squares, baseSquares) = pairs.reduce((0.0, 0.0)) { ($0.0 + $1.0 * $1.0, $0.1 + $1.1 * $1.1) }
        let cosine = pairs.reduce(0) { $0 + $1.0 * $1.1 } / (squares * baseSquares).squareRoot()
        let found = comparison(values, base)
        #expect(found.count == UInt64(count))
        #expect(found.changed == UInt64(zip(values, base).count { $0 != $1 }))
        #expect(found.maximumDifference == pairs.map { abs($0.0 - $0.1) }.max())
        #expect(abs(found.relativeDistance - (distance / baseSquares).squareRoot()) < 1e-12)
        #expect(abs(found.cosine - cosine) < 1e-12)
        #expect(abs(found.norm - squares.squareRoot()) < 1e-12)
        #expect(abs(found.baseNorm - baseSquares.squareRoot()) < 1e-12)
    }

    @Test
    func `what is not finite counts as changed and otherwise not at all`() {
        let found = comparison([1, .nan, .infinity, 2, 3], [1, 1, .infinity, .nan, 2])
        #expect(found.changed == 3)
        #expect(found.changedShare == 0.6)
        #expect(found.maximumDifference == 1)
        #expect(found.relativeDistance == 1 / (5.0).squareRoot())
    }

    @Test
    func `an unchanged tensor is at no distance, whatever it holds`() {
        for values: [Float] in [[], [0, 0], [1, 2, 3], [.nan, .infinity, 1]] {
            let found = comparison(values, values)
            #expect(found.changed == 0 && found.relativeDistance == 0 && found.maximumDifference == 0)
            #expect(abs(found.cosine - 1) < 1e-15)
        }
    }

    @Test
    func `the statistics of an unchanged frame say as much as comparing it with itself`() throws {
        var random = PseudoRandom(seed: 3)
        var values = (0..<5000).map { _ in Float.random(in: -1...1, using: &random) }
        (values[7], values[4000]) = (.nan, .infinity)
        let statistics = values.withUnsafeBytes { StatisticsAccumulator($0, of: .f32) }
        let found = ComparisonAccumulator(unchanged: try #require(statistics)).comparison
        let compared = comparison(values, values)
        #expect(found.count == compared.count && found.changed == 0)
        #expect(found.distance == 0 && found.maximumDifference == 0)
        #expect(abs(found.norm / compared.norm - 1) < 1e-14)
        #expect(found.norm == found.baseNorm && abs(found.cosine - 1) < 1e-14)
    }

    @Test(arguments: [DataType.u8, .u16, .f32, .f64])
    func `every element that changed counts, of whatever width`(type: DataType) throws {
        let width = try #require(type.elementWidth)
        let base = [UInt8](repeating: 0, count: 2500 * width)
        for changed in [[0], [15, 16, 1023, 1024], Array(0..<2500), Array(stride(from: 3, to: 2500, by: 7))] {
            var raw = base
            for index in changed { raw[index * width + index % width] = 1 }
            let found = raw.withUnsafeBytes { raw in
                base.withUnsafeBytes { ComparisonAccumulator(raw, base: $0, of: type)?.comparison }
            }
            #expect(found?.changed == UInt64(changed.count))
        }
    }

    @Test
    func `against zeros every other tensor is infinitely far`() {
        let found = comparison([1, 2], [0, 0])
        #expect(found.relativeDistance == .infinity)
        #expect(found.cosine == 0)
    }

    @Test
    func `a base of another length, or a type of no numbers, is not compared`() {
        func isCompared(_ count: Int, _ baseCount: Int, _ type: DataType) -> Bool {
            let (raw, base) = ([UInt8](repeating: 0, count: count), [UInt8](repeating: 0, count: baseCount))
            return raw.withUnsafeBytes { raw in
                base.withUnsafeBytes { ComparisonAccumulator(raw, base: $0, of: type) != nil }
            }
        }
        #expect(isCompared(8, 8, .f32))
        #expect(!isCompared(8, 4, .f32))
        #expect(!isCompared(8, 8, .bytes))
    }
}
