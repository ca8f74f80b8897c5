/// A series as it is joined in a drawing, before anything is left out of it.
struct DrawnPoints {
    /// The points in the order in which they are joined; each x is finite.
    let points: [PlotPoint]
    /// How many points are left out because a later one has the same x, as of a training that was resumed.
    let repeatedCount: Int
    /// How many points are no numbers.
    let gapCount: Int

    /// Puts points in order: those of lines and of known curves by x.
    init(_ recorded: [PlotPoint], of kind: Curves.Kind) {
        let placed = recorded.filter { $0.x.isFinite }
        switch kind {
        case .scatter: points = placed
        case .line: points = DrawnPoints.lastOfEach(DrawnPoints.rising(placed))
        case .roc, .precisionRecall, .det, .calibration:
            let falls = zip(placed, placed.dropFirst()).allSatisfy { $0.0.x >= $0.1.x }
            points = falls ? placed.reversed() : DrawnPoints.rising(placed)
        }
        repeatedCount = placed.count - points.count
        gapCount = recorded.count - placed.count + points.count(where: { !$0.y.isFinite })
    }

    /// Sorts points by x, those of the same x in the order in which they were recorded.
    private static func rising(_ points: [PlotPoint]) -> [PlotPoint] {
        if zip(points, points.dropFirst()).allSatisfy({ $0.0.x <= $0.1.x }) { return points }
        return points.enumerated().sorted { ($0.element.x, $0.offset) < ($1.element.x, $1.offset) }.map(\.element)
    }

    private static func lastOfEach(_ points: [PlotPoint]) -> [PlotPoint] {
        var kept: [PlotPoint] = []
        kept.reserveCapacity(points.count)
        for point in points {
            if kept.last?.x == point.x { kept.removeLast() }
            kept.append(point)
        }
        return kept
    }
}
