import ModelCore
import TestSupport

extension FuzzTarget {
    /// Checks the seeds, and then mutations of them, until `isOver` says so; returns how many there were.
    ///
    /// What a mutation made is told with the failure, so that it can become a seed.
    package func mutate(seed: UInt64, until isOver: (Int) -> Bool) throws -> Int {
        for bytes in seeds { try attempt(bytes) }
        var random = PseudoRandom(seed: seed)
        var count = 0
        while !isOver(count) {
            try attempt(mutation(&random))
            count += 1
        }
        return count
    }

    /// Checks bytes, and names them where something does not hold or takes long.
    package func attempt(_ bytes: [UInt8]) throws {
        let start = ContinuousClock.now
        do { try check(bytes) } catch { throw Failure("\(name): \(error), of \(bytes.hex)") }
        let duration = ContinuousClock.now - start
        // Generous, for machines are shared; what grows faster than the bytes takes far longer.
        try require(duration < .seconds(20), "\(name): it takes \(duration), of \(bytes.hex)")
    }

    /// A seed that differs in a few places: flipped, replaced by numbers at the edge of a rule, copied, cut, joined.
    private func mutation(_ random: inout PseudoRandom) -> [UInt8] {
        var bytes = seeds.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let position = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<9, using: &random) {
            case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[position] = .random(in: .min ... .max, using: &random)
            case 2: bytes[position % min(bytes.count, 48)] &+= .random(in: 0...4, using: &random)
            case 3: bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 1...9, using: &random)))
            case 4: bytes.insert(.random(in: .min ... .max, using: &random), at: position)
            case 5: bytes.removeSubrange(position...)
            case 6:
                let edges: [UInt64] = [0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 62, 1 << 63, .max]
                let edge = Little.endian(edges.randomElement(using: &random) ?? 0)
                let end = min(bytes.count, position + ([1, 2, 4, 8].randomElement(using: &random) ?? 1))
                bytes.replaceSubrange(position..<end, with: edge.prefix(end - position))
            case 7:
                let other = seeds.randomElement(using: &random) ?? []
                guard !other.isEmpty else { break }
                bytes.replaceSubrange(position..., with: other[Int.random(in: other.indices, using: &random)...])
            default:
                let start = Int.random(in: bytes.indices, using: &random)
                let end = min(bytes.count, start + Int.random(in: 1...64, using: &random))
                bytes.insert(contentsOf: Array(bytes[start..<end]), at: position)
            }
        }
        return bytes
    }
}

extension [UInt8] {
    /// Pairs of hexadecimal digits, as a seed is written down.
    fileprivate var hex: String {
        map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
