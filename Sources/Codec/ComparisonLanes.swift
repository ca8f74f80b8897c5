/// Sums over two blocks of values, in the lanes of `BlockLanes`.
struct ComparisonLanes {
    private(set) var distance = BlockLanes.Lanes.zero, product = BlockLanes.Lanes.zero
    private(set) var squares = BlockLanes.Lanes.zero, baseSquares = BlockLanes.Lanes.zero
    private var least = BlockLanes.Lanes.zero, most = BlockLanes.Lanes.zero

    /// Sums up `count` pairs.
    init(_ values: UnsafePointer<Double>, _ base: UnsafePointer<Double>, _ count: Int) {
        for index in stride(from: 0, to: count & ~7, by: 8) {
            add(BlockLanes.load(values + index), BlockLanes.load(base + index))
        }
        add(BlockLanes.rest(values, count, padding: 0), BlockLanes.rest(base, count, padding: 0))
    }

    /// The largest absolute difference.
    var maximum: Double { max(most.max(), -least.min()) }

    /// Whether all values are finite, and not too large for their squares.
    var isFinite: Bool { BlockLanes.total(squares + baseSquares).isFinite }

    @inline(__always)
    private mutating func add(_ value: BlockLanes.Lanes, _ base: BlockLanes.Lanes) {
        let difference = value - base
        distance += difference * difference
        product += value * base
        squares += value * value
        baseSquares += base * base
        least.replace(with: difference, where: difference .< least)
        most.replace(with: difference, where: difference .> most)
    }
}
