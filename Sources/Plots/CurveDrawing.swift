/// Draws curves over axes, those of several revisions over each other.
struct CurveDrawing {
    /// The most lines in a drawing.
    static let lineLimit = 16
    /// Lines of no more points show each of them.
    private static let markLimit = 32
    /// The height of the field between the axes.
    private static let fieldHeight = 230.0

    /// A line of the drawing.
    private struct Line {
        let label: String
        let colour: Int
        let dash: Int
        let drawn: DrawnPoints
    }

    private let title: String
    private let first: Curves
    private var lines: [Line] = []
    private let leftOutCount: Int
    private let x: AxisScale
    private let y: AxisScale

    /// Lays out the curves of some revisions, which are of one kind.
    ///
    /// Each line has its colour and its dashes; where several revisions have several series, the colour is the
    /// revision's and the dashes are the series'.
    init(_ title: String, _ parts: [(revision: String, curves: Curves)], _ first: Curves) {
        self.title = title
        self.first = first
        var names: [String: Int] = [:]
        for series in parts.flatMap({ $0.curves.series }) where names[series.name] == nil {
            names[series.name] = names.count
        }
        let hasBoth = parts.count > 1 && names.count > 1
        // Where there are more revisions than colours, each line has a colour and dashes of its own.
        let isByRevision = hasBoth && parts.count <= FigureStyle.colourCount
        let share = max(1, CurveDrawing.lineLimit / max(1, parts.count))
        let nameLimit = isByRevision ? min(share, FigureStyle.dashCount) : share
        for (revision, part) in parts.enumerated() {
            for series in part.curves.series where lines.count < CurveDrawing.lineLimit {
                let name = names[series.name] ?? 0
                guard name < nameLimit else { continue }
                let own = parts.count > 1 ? part.revision : series.name
                lines.append(
                    Line(
                        label: hasBoth ? "\(part.revision): \(series.name)" : own,
                        colour: isByRevision ? revision : lines.count,
                        dash: isByRevision ? name : lines.count,
                        drawn: DrawnPoints(series.points, of: first.kind)
                    )
                )
            }
        }
        leftOutCount = parts.reduce(0) { $0 + $1.curves.series.count } - lines.count
        let bounds = PointBounds(lines.lazy.map(\.drawn.points))
        x = bounds.horizontal(for: first.kind)
        y = bounds.vertical(for: first.kind)
    }

    /// Returns the drawing.
    func document(id: FigureID) -> String {
        var canvas = FigureCanvas()
        canvas.addTitle(title)
        if lines.count > 1 {
            canvas.addLegend(
                lines.map {
                    let classes = FigureStyle.lineClasses(colour: $0.colour, dash: $0.dash)
                    return FigureCanvas.LegendEntry(label: $0.label, sample: .line(classes: classes))
                }
            )
        }
        let yLabel = first.yLabel == title ? "" : first.yLabel
        let notes = [yLabel, y.isLogarithmic ? "logarithmic" : ""].filter { !$0.isEmpty }
        if !notes.isEmpty { canvas.addNote(notes.joined(separator: ", ")) }
        let field = Field(top: canvas.height + 8, labels: y.ticks.map(\.label))
        drawAxes(field, on: &canvas)
        for line in lines { draw(line, in: field, on: &canvas) }
        canvas.height = field.bottom + 22
        if !first.xLabel.isEmpty {
            canvas.height += 16
            let label = XMLText.shortened(first.xLabel, to: 48)
            canvas.add(label, at: (field.left + field.right) / 2, canvas.height, classes: "dim middle")
        }
        if leftOutCount > 0 { canvas.addNote("\(leftOutCount) more lines are not drawn") }
        return canvas.document(id: id, .series, title: title, description: description)
    }

    /// Where the axes are.
    private struct Field {
        let top: Double
        let bottom: Double
        let left: Double
        let right = FigureCanvas.width - 16

        init(top: Double, labels: [String]) {
            self.top = top
            bottom = top + CurveDrawing.fieldHeight
            let room = labels.map { XMLText.width(of: $0, size: FigureStyle.textSize) }.max() ?? 0
            left = FigureCanvas.margin + room + 8
        }
    }

    private func horizontal(_ value: Double, _ field: Field) -> Double {
        field.left + x.share(of: value) * (field.right - field.left)
    }

    private func vertical(_ value: Double, _ field: Field) -> Double {
        field.bottom - y.share(of: value) * (field.bottom - field.top)
    }

    private func drawAxes(_ field: Field, on canvas: inout FigureCanvas) {
        let (left, right) = (FigureNumber.coordinate(field.left), FigureNumber.coordinate(field.right))
        let (top, bottom) = (FigureNumber.coordinate(field.top), FigureNumber.coordinate(field.bottom))
        var grid = "M\(left) \(top)V\(bottom)H\(right)"
        for tick in y.ticks {
            let height = vertical(tick.value, field)
            grid += "M\(left) \(FigureNumber.coordinate(height))H\(right)"
            canvas.add(tick.label, at: field.left - 8, height + 5, classes: "dim end")
        }
        for tick in x.ticks {
            let place = horizontal(tick.value, field)
            grid += "M\(FigureNumber.coordinate(place)) \(bottom)v5"
            // A wide label at the right end would leave the drawing.
            let overhang = place + XMLText.width(of: tick.label, size: FigureStyle.textSize) / 2 - FigureCanvas.width
            canvas.add(tick.label, at: place - max(0, overhang + 2), field.bottom + 20, classes: "dim middle")
        }
        canvas.drawing.add("path", ["class": "grid", "d": grid])
        if first.kind.hasDiagonal {
            let ends = (place(of: PlotPoint(0, 0), in: field), place(of: PlotPoint(1, 1), in: field))
            canvas.drawing.add("path", ["class": "diagonal", "d": "M\(ends.0)L\(ends.1)"])
        }
    }

    private func draw(_ line: Line, in field: Field, on canvas: inout FigureCanvas) {
        let classes = FigureStyle.lineClasses(colour: line.colour, dash: line.dash)
        let dots = FigureStyle.dotClasses(colour: line.colour)
        if first.kind == .scatter {
            let path = self.marks(Downsampling.scatter(line.drawn.points, x, y), in: field)
            if !path.isEmpty { canvas.drawing.add("path", ["class": dots, "d": path]) }
            return
        }
        let points = Downsampling.curve(line.drawn.points, along: x)
        let path = joined(points, in: field)
        if !path.isEmpty { canvas.drawing.add("path", ["class": classes, "d": path]) }
        // A dashed line may have its gap where a point has no neighbours.
        let marked = points.count <= CurveDrawing.markLimit ? points : CurveDrawing.alone(in: points)
        let marks = marks(marked, in: field)
        if !marks.isEmpty { canvas.drawing.add("path", ["class": dots, "d": marks]) }
    }

    /// A path through points, with a gap where one is no number.
    private func joined(_ points: [PlotPoint], in field: Field) -> String {
        var path = ""
        var isJoined = false
        for point in points {
            guard point.y.isFinite else {
                isJoined = false
                continue
            }
            path += "\(isJoined ? "L" : "M")\(place(of: point, in: field))"
            isJoined = true
        }
        return path
    }

    /// A path of dots: lines of no length with round ends.
    private func marks(_ points: [PlotPoint], in field: Field) -> String {
        points.filter(\.y.isFinite).map { "M\(place(of: $0, in: field))h0" }.joined(separator: "")
    }

    private func place(of point: PlotPoint, in field: Field) -> String {
        let (x, y) = (horizontal(point.x, field), vertical(point.y, field))
        return "\(FigureNumber.coordinate(x)) \(FigureNumber.coordinate(y))"
    }

    /// The points between two gaps.
    private static func alone(in points: [PlotPoint]) -> [PlotPoint] {
        points.indices.filter { position in
            points[position].y.isFinite
                && (position == 0 || !points[position - 1].y.isFinite)
                && (position + 1 == points.count || !points[position + 1].y.isFinite)
        }
        .map { points[$0] }
    }
}

extension CurveDrawing {
    /// The drawing in words.
    private var description: String {
        let axes = "\(first.yLabel.isEmpty ? "Values" : first.yLabel) over \(first.xLabel)"
        let sentences = lines.map { line in
            let values = line.drawn.points.lazy.map(\.y).filter(\.isFinite)
            let count = line.drawn.points.count
            var parts = ["\(XMLText.shortened(line.label, to: 80)): \(count) \(count == 1 ? "point" : "points")"]
            if let start = values.first, let end = values.last, let least = values.min(), let most = values.max() {
                parts.append("from \(FigureNumber.significant(start)) to \(FigureNumber.significant(end))")
                parts.append("between \(FigureNumber.significant(least)) and \(FigureNumber.significant(most))")
            }
            if line.drawn.gapCount > 0 { parts.append("\(line.drawn.gapCount) are no numbers") }
            if line.drawn.repeatedCount > 0 { parts.append("\(line.drawn.repeatedCount) earlier ones not drawn") }
            return parts.joined(separator: ", ") + "."
        }
        let rest = leftOutCount > 0 ? ["\(leftOutCount) more lines are not drawn."] : []
        return (["\(XMLText.shortened(axes, to: 160))."] + sentences + rest).joined(separator: " ")
    }
}
