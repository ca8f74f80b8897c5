/// How often each byte value occurs in a sample, and so how short an entropy coder could write it.
///
/// One thread at a time may use a value.
final class ByteHistogram {
    /// Four counters a value, for the same byte twice in a row would have to wait for its own counter.
    private let counters = UnsafeMutablePointer<UInt32>.allocate(capacity: 4 * 256)

    init() { reset() }

    deinit {
        counters.deallocate()
    }

    /// Forgets what was counted.
    func reset() { counters.initialize(repeating: 0, count: 4 * 256) }

    /// Counts bytes.
    func add(_ start: UnsafeRawPointer, _ count: Int) {
        let bytes = start.assumingMemoryBound(to: UInt8.self)
        let counters = counters
        let end = count & ~3
        var index = 0
        while index < end {
            counters[Int(bytes[index])] &+= 1
            counters[256 &+ Int(bytes[index &+ 1])] &+= 1
            counters[512 &+ Int(bytes[index &+ 2])] &+= 1
            counters[768 &+ Int(bytes[index &+ 3])] &+= 1
            index &+= 4
        }
        for index in end..<count { counters[Int(bytes[index])] &+= 1 }
    }

    /// Returns what the counters say.
    func summary() -> Summary {
        var (total, distinct, weighted) = (0.0, 0, 0.0)
        for value in 0..<256 {
            let count = occurrences(value)
            guard count > 0 else { continue }
            distinct += 1
            total += count
            weighted += count * ByteHistogram.log2(count)
        }
        guard total > 0 else { return Summary(zeros: 0, distinct: 0, entropy: 0) }
        let entropy = max(0, ByteHistogram.log2(total) - weighted / total)
        return Summary(zeros: occurrences(0) / total, distinct: distinct, entropy: entropy)
    }

    /// Share of zeros, number of values that occur, and bits a byte.
    struct Summary {
        let zeros: Double
        let distinct: Int
        let entropy: Double

        /// Estimates what a plane of `count` such bytes takes.
        func storedLength(_ count: Double) -> Double {
            guard distinct > 1 else { return 1 }
            // Huffman codes lose a little to whole bits, and need the lengths of their codes: some bits a value.
            let bits = entropy * 1.01
            return min(count, count * bits / 8 + Double(distinct) / 2 + 16)
        }
    }

    private func occurrences(_ value: Int) -> Double {
        Double(counters[value]) + Double(counters[256 + value]) + Double(counters[512 + value])
            + Double(counters[768 + value])
    }

    /// The binary logarithm of a number from 1 on, to five digits, the same on every machine.
    private static func log2(_ number: Double) -> Double {
        // log(m) = 2 artanh((m − 1) / (m + 1)); with m from 1 to 2 the term left out is under 10⁻⁵.
        let ratio = (number.significand - 1) / (number.significand + 1)
        let square = ratio * ratio
        let series = ratio * (1 + square * (1 / 3.0 + square * (1 / 5.0 + square * (1 / 7.0))))
        return Double(number.exponent) + series * 2.885_390_081_777_927
    }
}
