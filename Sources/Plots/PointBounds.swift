/// How far the points of a drawing reach.
struct PointBounds {
    /// From this factor between the highest and the lowest on, y grows by factors.
    private static let logarithmicSpan = 1000.0

    private var left = Double.infinity
    private var right = -Double.infinity
    private var bottom = Double.infinity
    private var top = -Double.infinity

    /// Finds how far points reach; those that are not finite reach nowhere.
    init(_ lines: some Sequence<[PlotPoint]>) {
        for point in lines.joined() where point.x.isFinite && point.y.isFinite {
            left = min(left, point.x)
            right = max(right, point.x)
            bottom = min(bottom, point.y)
            top = max(top, point.y)
        }
    }

    private var isEmpty: Bool { left > right }

    /// The axis of x, for curves of a kind.
    func horizontal(for kind: Curves.Kind) -> AxisScale {
        if isEmpty { return AxisScale(linearFrom: 0, to: 1, parts: 4, fit: .tight) }
        if kind.hasShares {
            return AxisScale(linearFrom: min(left, 0), to: max(right, 1), parts: 4, fit: .tight)
        }
        return AxisScale(linearFrom: left, to: right, parts: 4, fit: kind == .scatter ? .ticks : .tight)
    }

    /// The axis of y, for curves of a kind: logarithmic where all values are above 0 and more than three decades apart.
    func vertical(for kind: Curves.Kind) -> AxisScale {
        if isEmpty { return AxisScale(linearFrom: 0, to: 1, parts: 5, fit: .ticks) }
        if kind.hasShares {
            return AxisScale(linearFrom: min(bottom, 0), to: max(top, 1), parts: 5, fit: .ticks)
        }
        if bottom > 0, top / bottom > PointBounds.logarithmicSpan {
            return AxisScale(logarithmicFrom: bottom, to: top)
        }
        return AxisScale(linearFrom: bottom, to: top, parts: 5, fit: .ticks)
    }
}
