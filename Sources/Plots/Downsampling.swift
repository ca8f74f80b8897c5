/// Leaves out what a drawing cannot show, in one pass; what is recorded stays as it is.
enum Downsampling {
    /// How many columns a curve is drawn in, each about a unit wide.
    static let columnCount = 380
    /// Curves of no more points are drawn with all of them.
    ///
    /// A longer one comes to at most four points a column and a gap, so that none has 2000.
    static let pointLimit = 4 * columnCount
    /// How many cells a scatter plot is drawn in, across and down: fewer than 2000.
    private static let cells = (across: 56, down: 34)

    /// Returns the first, lowest, highest and last point of each column, which leaves the picture and every spike as
    /// they are.
    ///
    /// Points are in the order in which they are joined, their x finite. One whose y is not finite is a gap; it stays
    /// where it parts two columns. Source: U. Jugel et al., "M4: A Visualization-Oriented Time Series Data
    /// Aggregation", VLDB 2014.
    static func curve(_ points: [PlotPoint], along axis: AxisScale) -> [PlotPoint] {
        guard points.count > pointLimit else { return points }
        var kept: [PlotPoint] = []
        var column: Column?
        var isParted = false
        for (position, point) in points.enumerated() {
            guard point.y.isFinite else {
                isParted = true
                continue
            }
            let number = min(columnCount - 1, Int(axis.share(of: point.x) * Double(columnCount)))
            if column?.number == number {
                column?.add(point, at: position)
            } else {
                if let column { kept += column.points }
                if isParted { kept.append(PlotPoint(point.x, .nan)) }
                column = Column(number, point, at: position)
            }
            isParted = false
        }
        if let column { kept += column.points }
        return kept
    }

    /// Returns one point of each small square, and those furthest out; points that are not finite are left out.
    static func scatter(_ points: [PlotPoint], _ horizontal: AxisScale, _ vertical: AxisScale) -> [PlotPoint] {
        let finite = points.filter { $0.x.isFinite && $0.y.isFinite }
        guard finite.count > pointLimit else { return finite }
        var taken: Set<Int> = []
        var kept = finite.filter { point in
            let column = min(cells.across - 1, Int(horizontal.share(of: point.x) * Double(cells.across)))
            let row = min(cells.down - 1, Int(vertical.share(of: point.y) * Double(cells.down)))
            return taken.insert(row * cells.across + column).inserted
        }
        let outermost = [
            finite.min { $0.x < $1.x }, finite.max { $0.x < $1.x },
            finite.min { $0.y < $1.y }, finite.max { $0.y < $1.y },
        ]
        kept += outermost.compactMap { $0 }
        return kept
    }

    /// What is kept of a column.
    private struct Column {
        private struct Sample {
            let position: Int
            let point: PlotPoint
        }

        let number: Int
        private let first: Sample
        private var lowest: Sample
        private var highest: Sample
        private var last: Sample

        init(_ number: Int, _ point: PlotPoint, at position: Int) {
            self.number = number
            first = Sample(position: position, point: point)
            lowest = first
            highest = first
            last = first
        }

        mutating func add(_ point: PlotPoint, at position: Int) {
            last = Sample(position: position, point: point)
            if point.y < lowest.point.y { lowest = last }
            if point.y > highest.point.y { highest = last }
        }

        /// The points, none twice.
        var points: [PlotPoint] {
            var seen: Set<Int> = []
            return [first, lowest, highest, last].sorted { $0.position < $1.position }
                .filter { seen.insert($0.position).inserted }.map(\.point)
        }
    }
}
