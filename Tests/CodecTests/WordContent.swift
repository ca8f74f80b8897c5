import ModelCore
import TestSupport
import Testing

/// Words as tensors have them, and words that they should not have.
enum WordContent: String, CaseIterable, CustomTestStringConvertible {
    case weights
    case specials
    case integers
    case sparse
    case random
    case constantWord

    var testDescription: String { rawValue }

    func bytes(_ count: Int, _ width: ElementWidth, seed: UInt64) -> [UInt8] {
        var random = PseudoRandom(seed: seed)
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += word(width, &random) }
        return Array(bytes.prefix(count))
    }

    private func word(_ width: ElementWidth, _ random: inout PseudoRandom) -> [UInt8] {
        let bits: UInt64
        switch self {
        case .weights: bits = weight(width, &random)
        case .specials: bits = (Self.odd[width] ?? []).randomElement(using: &random) ?? 0
        case .integers: bits = .random(in: 0..<100, using: &random)
        case .sparse: bits = random.next() % 20 == 0 ? weight(width, &random) : 0
        case .random: bits = random.next()
        case .constantWord: bits = 0x3F80_1234_5678_9ABC
        }
        return (0..<width.byteCount).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) }
    }

    private func weight(_ width: ElementWidth, _ random: inout PseudoRandom) -> UInt64 {
        let value = (0..<6).reduce(0.0) { sum, _ in sum + Double.random(in: -0.01...0.01, using: &random) }
        switch width {
        case .opaque, .one: return UInt64(bitPattern: Int64(value * 1000))
        case .two: return UInt64(Float(value).bitPattern >> 16)
        case .four: return UInt64(Float(value).bitPattern)
        case .eight: return value.bitPattern
        }
    }

    /// Zeros, infinities, NaNs with payloads, the smallest and largest denormals, the largest numbers, all ones.
    private static let odd: [ElementWidth: [UInt64]] = [
        .one: [0, 0x80, 0x7F, 0xFF, 0x01, 0x81, 0x7C, 0xFC, 0x7E],
        .two: [0, 0x8000, 0x7F80, 0xFF80, 0x7FC1, 0xFF81, 0x0001, 0x807F, 0x7F7F, 0xFFFF, 0x7C00, 0xFC01],
        .four: [0, 0x8000_0000, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0001, 0xFF81_2345, 1, 0x807F_FFFF, 0xFFFF_FFFF],
        .eight: [0, 1 << 63, 0x7FF << 52, 0xFFF << 52, 0x7FF8 << 48 | 7, 0xFFF1 << 48 | 9, 1, (1 << 52) - 1, .max],
    ]
}
