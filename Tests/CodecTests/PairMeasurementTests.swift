import Codec
import ModelCore
import TestSupport
import Testing

struct PairMeasurementTests {
    private static let types: [DataType] = [
        .bool, .u8, .i8, .u16, .i16, .u32, .i32, .u64, .i64, .f16, .bf16, .f32, .f64, .f8E4M3, .f8E5M2,
    ]

    private func measure(
        _ bytes: [UInt8],
        _ type: DataType,
        _ base: [UInt8],
        _ baseType: DataType
    ) -> PairMeasurement? {
        bytes.withUnsafeBytes { raw in
            base.withUnsafeBytes { PairMeasurement(raw, of: type, base: $0, of: baseType) }
        }
    }

    @Test(arguments: types, WordContent.allCases)
    func `both at once are what each is by itself, bit for bit`(type: DataType, content: WordContent) throws {
        let width = ElementWidth(of: type)
        let bytes = content.bytes(20_000, width, seed: 1)
        var base = bytes
        let other = content.bytes(20_000, width, seed: 2)
        for index in stride(from: 0, to: base.count, by: 3 * width.byteCount) { base[index] = other[index] }
        let found = try #require(measure(bytes, type, base, type))
        let comparison = bytes.withUnsafeBytes { raw in
            base.withUnsafeBytes { ComparisonAccumulator(raw, base: $0, of: type) }
        }
        // As text, for what is no number is not equal to itself.
        #expect("\(found.comparison)" == "\(try #require(comparison))")
        for (bytes, statistics) in [(bytes, found.statistics), (base, found.baseStatistics)] {
            let alone = bytes.withUnsafeBytes { StatisticsAccumulator($0, of: type) }
            #expect("\(statistics)" == "\(try #require(alone))")
        }
    }

    @Test(arguments: [(DataType.f32, DataType.bf16), (.f32, .f16), (.f64, .f32), (.bf16, .f16), (.f32, .i8)])
    func `elements of two types are compared as the numbers that they are`(type: DataType, baseType: DataType) throws {
        let count = 5000
        let (width, baseWidth) = (ElementWidth(of: type), ElementWidth(of: baseType))
        let bytes = WordContent.weights.bytes(count * width.byteCount, width, seed: 3)
        let base = WordContent.weights.bytes(count * baseWidth.byteCount, baseWidth, seed: 4)
        let pairs = Array(zip(NaiveElements.values(bytes, type), NaiveElements.values(base, baseType)))
            .filter { $0.0.isFinite && $0.1.isFinite }
        let found = try #require(measure(bytes, type, base, baseType)).comparison.comparison
        #expect(found.count == UInt64(count))
        let distance = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        let norm = pairs.reduce(0) { $0 + $1.0 * $1.0 }.squareRoot()
        let baseNorm = pairs.reduce(0) { $0 + $1.1 * $1.1 }.squareRoot()
        #expect(abs(found.distance / distance - 1) < 1e-10)
        #expect(abs(found.norm / norm - 1) < 1e-10 && abs(found.baseNorm / baseNorm - 1) < 1e-10)
        let most = pairs.map { abs($0.0 - $0.1) }.max() ?? 0
        #expect(abs(found.maximumDifference / most - 1) < 1e-10)
        #expect(found.changed >= UInt64(pairs.count { $0.0 != $0.1 }))
    }

    @Test
    func `a copy in a narrower type changed where it had to be rounded`() throws {
        let values: [Float] = [0, -0, 1, 1.5, 0.1, .nan, .infinity, 3.14159]
        let narrow = values.map { UInt16($0.bitPattern >> 16) }
        let found = try #require(
            values.withUnsafeBytes { raw in
                narrow.withUnsafeBytes { PairMeasurement($0, of: .bf16, base: raw, of: .f32) }
            }
        )
        let comparison = found.comparison.comparison
        #expect(comparison.count == 8 && comparison.changed == 2)
        #expect(found.statistics.statistics.notNumbers == 1 && found.baseStatistics.statistics.infinities == 1)
        #expect(comparison.maximumDifference < 0.01 && comparison.cosine > 0.999)
    }

    @Test
    func `what cannot be compared is not`() {
        let bytes = [UInt8](repeating: 1, count: 64)
        #expect(measure(bytes, .f32, bytes, .f64) == nil)
        #expect(measure(bytes, .c64, bytes, .c64) == nil)
        #expect(measure(bytes, .f4, bytes, .f32) == nil)
        #expect(measure(bytes, .bytes, bytes, .bytes) == nil)
    }
}
