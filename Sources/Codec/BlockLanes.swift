import CIntrinsics

/// Sums over a block of values in eight lanes: element i is in lane i mod 8, and the lanes are added in pairs.
///
/// That fixes the order of every addition, so the result is the same on every machine, and lets it be done in parallel.
enum BlockLanes {
    /// Values in a block: with two blocks, and what they are made from, inside the first cache.
    static let blockLength = 1024

    typealias Lanes = SIMD8<Double>

    /// What one pass over the values finds.
    struct Extent {
        var sum: Double, minimum: Double, maximum: Double
        /// The number of zeros, of either sign.
        var zeros: UInt64
    }

    /// Eight lanes of each part of an extent.
    private struct ExtentLanes {
        var sum = Lanes.zero
        var minimum: Lanes, maximum: Lanes
        var zeros = SIMD8<Int64>.zero

        /// Starts with a value as both extremes.
        init(_ value: Double) {
            minimum = Lanes(repeating: value)
            maximum = minimum
        }

        @inline(__always)
        mutating func add(_ values: Lanes) {
            sum += values
            minimum.replace(with: values, where: values .< minimum)
            maximum.replace(with: values, where: values .> maximum)
            zeros.replace(with: zeros &+ 1, where: values .== .zero)
        }

        /// Adds whole eights.
        mutating func add(_ values: UnsafePointer<Double>, _ count: Int, _ path: Path) {
            guard path == .wide else {
                for index in stride(from: 0, to: count, by: 8) { add(load(values + index)) }
                return
            }
            BlockLanes.withDoubles(&sum) { sum in
                BlockLanes.withDoubles(&minimum) { minimum in
                    BlockLanes.withDoubles(&maximum) { maximum in
                        withUnsafeMutableBytes(of: &zeros) { zeros in
                            // SAFETY: each state is eight numbers, and `count` is a multiple of eight.
                            let zeros = zeros.assumingMemoryBound(to: Int64.self).baseAddress
                            ci_extent(values, count, sum, minimum, maximum, zeros)
                        }
                    }
                }
            }
        }
    }

    /// Which code adds up: both give the same, bit for bit.
    enum Path {
        /// Instructions that not every processor has.
        case wide
        case portable

        /// The best that this processor has.
        static let best: Path = ci_has_extent() != 0 ? .wide : .portable
    }

    /// Returns sum and extremes of at least one value, and the number of zeros; the sum is finite only if all values
    /// are.
    static func extent(_ values: UnsafePointer<Double>, _ count: Int, _ path: Path = .best) -> Extent {
        let padding = values[0]
        var lanes = ExtentLanes(padding)
        lanes.add(values, count & ~7, path)
        // What pads the extremes must not count otherwise.
        var (rest, ones) = (lanes, lanes)
        rest.add(self.rest(values, count, padding: padding))
        ones.add(self.rest(values, count, padding: 1))
        return Extent(
            sum: total(lanes.sum + self.rest(values, count, padding: 0)),
            minimum: rest.minimum.min(),
            maximum: rest.maximum.max(),
            zeros: UInt64(ones.zeros.wrappedSum())
        )
    }

    /// Returns the sum of the squared distances to a point.
    static func squares(
        _ values: UnsafePointer<Double>,
        _ count: Int,
        around point: Double,
        _ path: Path = .best
    ) -> Double {
        var sum = Lanes.zero
        let center = Lanes(repeating: point)
        if path == .wide {
            // SAFETY: the state is eight numbers, and the count a multiple of eight.
            withDoubles(&sum) { ci_squares(values, count & ~7, point, $0) }
        } else {
            for index in stride(from: 0, to: count & ~7, by: 8) {
                let distance = load(values + index) - center
                sum += distance * distance
            }
        }
        let distance = rest(values, count, padding: point) - center
        return total(sum + distance * distance)
    }

    /// Lends the memory of lanes.
    @inline(__always)
    private static func withDoubles(_ lanes: inout Lanes, _ body: (UnsafeMutablePointer<Double>?) -> Void) {
        withUnsafeMutableBytes(of: &lanes) { body($0.assumingMemoryBound(to: Double.self).baseAddress) }
    }

    @inline(__always)
    static func load(_ values: UnsafePointer<Double>) -> Lanes {
        UnsafeRawPointer(values).loadUnaligned(as: Lanes.self)
    }

    /// Returns the values behind the last eight.
    static func rest(_ values: UnsafePointer<Double>, _ count: Int, padding: Double) -> Lanes {
        var lanes = Lanes(repeating: padding)
        for lane in 0..<count & 7 { lanes[lane] = values[count & ~7 + lane] }
        return lanes
    }

    /// Adds the lanes in pairs.
    static func total(_ lanes: Lanes) -> Double {
        let four = lanes.lowHalf + lanes.highHalf
        let two = four.lowHalf + four.highHalf
        return two.x + two.y
    }
}
