import Codec
import ModelCore
import TestSupport
import Testing

@testable import Codec

struct StatisticsTests {
    static let types: [DataType] = [
        .bool, .u8, .i8, .u16, .i16, .u32, .i32, .u64, .i64, .f16, .bf16, .f32, .f64, .f8E4M3, .f8E5M2,
    ]

    private func statistics(_ bytes: [UInt8], _ type: DataType, cut: Int? = nil) -> TensorStatistics? {
        var sum = StatisticsAccumulator()
        for start in stride(from: 0, to: bytes.count, by: cut ?? max(1, bytes.count)) {
            let frame = Array(bytes[start..<min(bytes.count, start + (cut ?? bytes.count))])
            guard let next = frame.withUnsafeBytes({ StatisticsAccumulator($0, of: type) }) else { return nil }
            sum.append(next)
        }
        return sum.statistics
    }

    /// Any bytes, so that every kind of number occurs where the type is narrow; exponents are drawn together otherwise.
    private func bytes(_ count: Int, _ type: DataType) -> [UInt8] {
        var random = PseudoRandom(seed: UInt64(type.rawValue))
        var bytes = random.bytes(count * (type.elementWidth ?? 1))
        switch type {
        case .f32: for index in stride(from: 3, to: bytes.count, by: 4) { bytes[index] = bytes[index] & 0x80 | 0x3F }
        case .f64: for index in stride(from: 7, to: bytes.count, by: 8) { bytes[index] = bytes[index] & 0x80 | 0x3F }
        case .bf16: for index in stride(from: 1, to: bytes.count, by: 2) { bytes[index] = bytes[index] & 0x80 | 0x3F }
        default: break
        }
        return bytes
    }

    private func expectClose(_ actual: Double, _ expected: Double, _ scale: Double) {
        #expect(abs(actual - expected) <= 1e-12 * max(scale, .leastNormalMagnitude), "\(actual), not \(expected)")
    }

    private func expect(_ actual: TensorStatistics, for values: [Double]) {
        let finite = values.filter(\.isFinite)
        let count = Double(max(1, finite.count))
        let mean = finite.reduce(0, +) / count
        let largest = finite.map(abs).max() ?? 0
        #expect(actual.count == UInt64(values.count))
        #expect(actual.zeros == UInt64(values.count { $0 == 0 }))
        #expect(actual.notNumbers == UInt64(values.count { $0.isNaN }))
        #expect(actual.infinities == UInt64(values.count { $0.isInfinite }))
        #expect(actual.minimum == finite.min() ?? 0)
        #expect(actual.maximum == finite.max() ?? 0)
        expectClose(actual.mean, mean, largest)
        let variance = finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        expectClose(actual.standardDeviation, variance.squareRoot(), largest)
        expectClose(actual.norm, finite.reduce(0) { $0 + $1 * $1 }.squareRoot(), largest * count.squareRoot())
    }

    @Test(arguments: types)
    func `statistics are those of the definition`(type: DataType) throws {
        for count in [1, 2, 7, 8, 9, 1023, 1024, 1025, 5000] {
            let bytes = bytes(count, type)
            expect(try #require(statistics(bytes, type)), for: NaiveElements.values(bytes, type))
        }
    }

    @Test(arguments: [DataType.f16, .bf16, .f8E4M3, .f8E5M2, .u8, .i8])
    func `every value of a narrow type is read exactly`(type: DataType) throws {
        let width = try #require(type.elementWidth)
        for bits in 0..<(1 << (8 * width)) {
            let bytes = (0..<width).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
            let value = NaiveElements.values(bytes, type)[0]
            let read = try #require(statistics(bytes, type))
            #expect(read.notNumbers == (value.isNaN ? 1 : 0))
            #expect(read.infinities == (value.isInfinite ? 1 : 0))
            #expect(read.maximum == (value.isFinite ? value : 0))
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity], [0, 7, 1023, 1024, 1500])
    func `one element that is not finite is counted and changes nothing else`(odd: Float, position: Int) throws {
        var values = (0..<1501).map { Float($0) / 8 - 90 }
        values[position] = odd
        let bytes = values.withUnsafeBytes { Array($0) }
        expect(try #require(statistics(bytes, .f32)), for: values.map(Double.init))
    }

    @Test(.enabled(if: BlockLanes.Path.best == .wide), arguments: [1, 7, 8, 9, 64, 1000, 1024])
    func `sums are the same to the last bit on every processor`(count: Int) {
        var random = PseudoRandom(seed: 4)
        let values = random.bytes(4 * count).map { Double(Int8(bitPattern: $0)) / 7 }
        func figures(_ path: BlockLanes.Path) -> [UInt64] {
            values.withUnsafeBufferPointer { values in
                guard let start = values.baseAddress else { return [] }
                let extent = BlockLanes.extent(start, count, path)
                let squares = BlockLanes.squares(start, count, around: 0.3, path)
                return [extent.sum, extent.minimum, extent.maximum, squares].map(\.bitPattern) + [extent.zeros]
            }
        }
        #expect(figures(.wide) == figures(.portable))
    }

    @Test
    func `a large mean does not drown the deviation`() throws {
        let values = (0..<10_000).map { 1e9 + Double($0 % 2) }
        let found = try #require(statistics(values.withUnsafeBytes { Array($0) }, .f64))
        #expect(abs(found.standardDeviation - 0.5) < 1e-9)
    }

    @Test
    func `of no elements, and of none that is finite, all figures are zero`() throws {
        let empty = StatisticsAccumulator().statistics
        #expect(try #require(statistics([], .f32)) == empty)
        #expect([empty.mean, empty.standardDeviation, empty.minimum, empty.maximum, empty.norm] == [0, 0, 0, 0, 0])
        let odd = try #require(statistics([0, 0, 0x80, 0x7F, 0, 0, 0xC0, 0x7F], .f32))
        #expect([odd.mean, odd.standardDeviation, odd.minimum, odd.maximum, odd.norm] == [0, 0, 0, 0, 0])
        #expect((odd.count, odd.notNumbers, odd.infinities) == (2, 1, 1))
    }

    @Test
    func `numbers too large for their squares give infinities, never NaN`() throws {
        let values = [Double.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .greatestFiniteMagnitude]
        let found = try #require(statistics(values.withUnsafeBytes { Array($0) }, .f64))
        #expect(found.norm == .infinity)
        #expect(found.standardDeviation == .infinity)
        #expect(found.maximum == .greatestFiniteMagnitude)
    }

    @Test(arguments: [1.0, -1.0])
    func `numbers too large for their sum give an infinite mean, however many blocks they are`(sign: Double) throws {
        for count in [2, 1024, 1025, 5000] {
            let values = [Double](repeating: sign * .greatestFiniteMagnitude, count: count)
            let found = try #require(statistics(values.withUnsafeBytes { Array($0) }, .f64))
            #expect(found.mean == .infinity && found.standardDeviation == .infinity && found.norm == .infinity)
            #expect(found.minimum == found.maximum && found.notNumbers == 0 && found.infinities == 0)
        }
    }

    @Test(arguments: [DataType.bytes, .c64, .f4, .f8E8M0, DataType(rawValue: 130), DataType(rawValue: 99)])
    func `types without single numbers have no statistics`(type: DataType) {
        #expect(statistics([1, 2, 3, 4], type) == nil)
    }

    @Test
    func `whoever makes the parts, joined in order they are the same to the last bit`() {
        let bytes = bytes(40_000, .f32)
        let parts = stride(from: 0, to: bytes.count, by: 4096).map { Array(bytes[$0..<min(bytes.count, $0 + 4096)]) }
        func joined(_ order: [Int]) -> TensorStatistics {
            let made = order.map { part in
                (part, parts[part].withUnsafeBytes { StatisticsAccumulator($0, of: .f32) ?? StatisticsAccumulator() })
            }
            var sum = StatisticsAccumulator()
            for (_, part) in made.sorted(by: { $0.0 < $1.0 }) { sum.append(part) }
            return sum.statistics
        }
        #expect(joined(Array(parts.indices)) == joined(parts.indices.reversed()))
        #expect(joined(Array(parts.indices)) == statistics(bytes, .f32, cut: 4096))
    }

    @Test
    func `joining nothing changes nothing`() throws {
        let bytes = bytes(100, .f32)
        let part = try #require(bytes.withUnsafeBytes { StatisticsAccumulator($0, of: .f32) })
        var (before, after) = (StatisticsAccumulator(), part)
        before.append(part)
        after.append(StatisticsAccumulator())
        #expect(before.statistics == part.statistics)
        #expect(after.statistics == part.statistics)
    }
}
