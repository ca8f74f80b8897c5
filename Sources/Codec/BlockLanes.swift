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
    }

    /// Returns sum and extremes of at least one value; the sum is finite only if all values are.
    static func extent(_ values: UnsafePointer<Double>, _ count: Int) -> Extent {
        let padding = values[0]
        var (sum, minimum, maximum) = (Lanes.zero, Lanes(repeating: padding), Lanes(repeating: padding))
        for index in stride(from: 0, to: count & ~7, by: 8) {
            let lanes = load(values + index)
            sum += lanes
            minimum.replace(with: lanes, where: lanes .< minimum)
            maximum.replace(with: lanes, where: lanes .> maximum)
        }
        sum += rest(values, count, padding: 0)
        let lanes = rest(values, count, padding: padding)
        minimum.replace(with: lanes, where: lanes .< minimum)
        maximum.replace(with: lanes, where: lanes .> maximum)
        return Extent(sum: total(sum), minimum: minimum.min(), maximum: maximum.max())
    }

    /// Returns the sum of the squared distances to a point.
    static func squares(_ values: UnsafePointer<Double>, _ count: Int, around point: Double) -> Double {
        var sum = Lanes.zero
        let center = Lanes(repeating: point)
        for index in stride(from: 0, to: count & ~7, by: 8) {
            let distance = load(values + index) - center
            sum += distance * distance
        }
        let distance = rest(values, count, padding: point) - center
        return total(sum + distance * distance)
    }

    /// Counts the values that are zero, of either sign.
    static func zeros(_ values: UnsafePointer<Double>, _ count: Int) -> UInt64 {
        var zeros = SIMD8<Int64>.zero
        for index in stride(from: 0, to: count & ~7, by: 8) {
            zeros.replace(with: zeros &+ 1, where: load(values + index) .== .zero)
        }
        zeros.replace(with: zeros &+ 1, where: rest(values, count, padding: 1) .== .zero)
        return UInt64(zeros.wrappedSum())
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
