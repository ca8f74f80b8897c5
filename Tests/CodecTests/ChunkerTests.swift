import Codec
import TestSupport
import Testing

struct ChunkerTests {
    private static let input: [UInt8] = {
        var random = PseudoRandom(seed: 20_260_101)
        return random.bytes(6 << 20)
    }()

    /// Cuts bytes that arrive `step` at a time.
    private func lengths(of bytes: [UInt8], step: Int = .max) -> [Int] {
        bytes.withUnsafeBytes { bytes in
            var lengths: [Int] = []
            var (start, seen) = (0, 0)
            while start < bytes.count {
                let visible = UnsafeRawBufferPointer(rebasing: bytes[start..<seen])
                if let length = Chunker.firstBoundary(in: visible, isEnd: seen == bytes.count) {
                    lengths.append(length)
                    start += length
                } else {
                    seen += min(step, bytes.count - seen)
                }
            }
            return lengths
        }
    }

    /// From an independent program that follows the specification in Chunker's documentation.
    private static let golden: [Int] = [
        284372, 295694, 289559, 264839, 288847, 131265, 291663, 278822, 267471, 308187, 347108, 99562, 322585,
        128640, 332297, 285463, 221899, 299036, 265460, 306706, 266913, 511193, 203875,
    ]

    @Test
    func `a fixed input is cut at the boundaries of fastcdc-1`() {
        #expect(lengths(of: Self.input) == Self.golden)
    }

    @Test(arguments: [65_537, 400_000, 1 << 20])
    func `boundaries do not depend on how much is seen at a time`(step: Int) {
        #expect(lengths(of: Self.input, step: step) == Self.golden)
    }

    @Test(arguments: [0, 70_000, 1_000_000])
    func `an insertion changes the chunks around it only`(position: Int) {
        var changed = Self.input
        changed.insert(contentsOf: [1, 2, 3], at: position)
        let (before, after) = (lengths(of: Self.input), lengths(of: changed))
        var shared = 0
        while before[before.count - 1 - shared] == after[after.count - 1 - shared] { shared += 1 }
        #expect(shared >= before.count - 8)
    }

    @Test
    func `no chunk is shorter than the minimum or longer than the maximum, the last one aside`() {
        for bytes in [Self.input, [UInt8](repeating: 7, count: 5 << 20)] {
            let lengths = lengths(of: bytes)
            #expect(lengths.reduce(0, +) == bytes.count)
            #expect(lengths.dropLast().allSatisfy { Chunker.minimumLength...Chunker.maximumLength ~= $0 })
        }
    }

    @Test
    func `bytes without variety are cut at the maximum`() {
        #expect(lengths(of: [UInt8](repeating: 7, count: 5 << 19)) == [1 << 20, 1 << 20, 1 << 19])
    }

    @Test(arguments: [1, 64, (64 << 10) - 1, 64 << 10])
    func `what is no longer than the minimum is one chunk`(count: Int) {
        #expect(lengths(of: [UInt8](repeating: 1, count: count)) == [count])
    }

    @Test
    func `nothing is cut from nothing, and nothing is decided before it is certain`() {
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(Chunker.firstBoundary(in: empty, isEnd: true) == nil)
        #expect(Chunker.firstBoundary(in: empty, isEnd: false) == nil)
        let bytes = [UInt8](repeating: 7, count: (1 << 20) - 1)
        #expect(bytes.withUnsafeBytes { Chunker.firstBoundary(in: $0, isEnd: false) } == nil)
        #expect(bytes.withUnsafeBytes { Chunker.firstBoundary(in: $0, isEnd: true) } == bytes.count)
    }
}
