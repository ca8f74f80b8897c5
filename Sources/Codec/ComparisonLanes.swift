/// Sums over two blocks of values, in the lanes of `BlockLanes`.
struct ComparisonLanes {
    private(set) var distance = BlockLanes.Lanes.zero
    private(set) var squares = BlockLanes.Lanes.zero, baseSquares = BlockLanes.Lanes.zero
    private var most = BlockLanes.Lanes.zero

    /// Sums up `count` pairs.
    init(_ values: UnsafePointer<Double>, _ base: UnsafePointer<Double>, _ count: Int) {
        for index in stride(from: 0, to: count & ~7, by: 8) {
            add(BlockLanes.load(values + index), BlockLanes.load(base + index))
        }
        add(BlockLanes.rest(values, count, padding: 0), BlockLanes.rest(base, count, padding: 0))
    }

    /// The largest absolute difference: the root of its square is what it was, unless that is too large or too small
    /// for one.
    var maximum: Double { most.max().squareRoot() }

    /// Whether all values are finite, and not too large for their squares.
    var isFinite: Bool { BlockLanes.total(squares + baseSquares).isFinite }

    @inline(__always)
    private mutating func add(_ value: BlockLanes.Lanes, _ base: BlockLanes.Lanes) {
        let difference = value - base
        let square = difference * difference
        distance += square
        squares += value * value
        baseSquares += base * base
        most.replace(with: square, where: square .> most)
    }
}
