import FuzzTargets
import TestSupport
import Testing

/// Every parser and decoder, with bytes that were cut, changed and put together at random.
struct FuzzTests {
    @Test(arguments: FuzzTarget.all)
    func `Seeds that are cut at any byte, or have any bit flipped, do no harm`(target: FuzzTarget) throws {
        // Larger ones would take minutes; their beginnings are where the structure is.
        for seed in target.seeds.sorted(by: { $0.count < $1.count }) {
            let structure = seed.prefix(Soak.isOn ? 1024 : 256)
            for position in structure.indices {
                try target.attempt(Array(seed.prefix(position)))
                for bit in Soak.isOn ? 0..<8 : position % 8..<position % 8 + 1 {
                    var flipped = seed
                    flipped[position] ^= 1 << bit
                    try target.attempt(flipped)
                }
            }
        }
    }

    @Test(arguments: FuzzTarget.all, Soak.seeds(quick: 1, soak: 1))
    func `Bytes that are changed at random do no harm`(target: FuzzTarget, seed: UInt64) throws {
        let end = ContinuousClock.now + (Soak.isOn ? .seconds(90) : .milliseconds(700))
        let count = try target.mutate(seed: seed) { _ in ContinuousClock.now >= end }
        #expect(count > 10)
    }
}
