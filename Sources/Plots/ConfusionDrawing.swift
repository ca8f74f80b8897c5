/// Draws confusion matrices, those of several revisions beside each other, with the same classes and the same colours.
struct ConfusionDrawing {
    /// The most classes with a row of their own; the rest is drawn as one.
    static let labelLimit = 20
    /// The most matrices in a drawing.
    static let panelLimit = 8
    /// The largest cell.
    private static let cellLimit = 64.0
    /// The smallest cell with a number in it.
    private static let numberLimit = 20.0
    /// The longest name beside a matrix, in Unicode scalars.
    private static let nameLimit = 14

    /// The matrix of a revision, with the classes that are drawn.
    private struct Panel {
        let revision: String
        let counts: [[Int]]
        /// How many examples there are.
        let total: Int
        /// How many were taken for what they are.
        let right: Int
    }

    /// A cell's row and column, and where it is drawn.
    private struct Place {
        let row: Int
        let column: Int
        let x: Double
        let y: Double
        let size: Double
    }

    private let title: String
    private let first: ConfusionMatrix
    private let labels: [String]
    private let panels: [Panel]
    private let leftOutCount: Int
    /// The largest count of any cell.
    private let most: Int

    /// Lays out the matrices of some revisions.
    init(_ title: String, _ parts: [(revision: String, matrix: ConfusionMatrix)], _ first: ConfusionMatrix) {
        self.title = title
        self.first = first
        let rows = ConfusionDrawing.rows(of: parts.map { $0.matrix })
        labels = rows.labels
        panels = parts.prefix(ConfusionDrawing.panelLimit).map { part in
            var counts = [[Int]](repeating: [Int](repeating: 0, count: rows.labels.count), count: rows.labels.count)
            let places = part.matrix.labels.map { rows.places[$0] ?? rows.labels.count - 1 }
            for cell in part.matrix.cells { counts[places[cell.actual]][places[cell.predicted]] += cell.count }
            let right = part.matrix.cells.lazy.filter { $0.actual == $0.predicted }
            return Panel(
                revision: part.revision,
                counts: counts,
                total: part.matrix.cells.reduce(0) { $0 + $1.count },
                right: right.reduce(0) { $0 + $1.count }
            )
        }
        leftOutCount = parts.count - panels.count
        most = panels.flatMap { $0.counts.joined() }.max() ?? 0
    }

    /// The rows that are drawn: of all classes or of the most frequent ones, then one for the others.
    private static func rows(of matrices: [ConfusionMatrix]) -> (labels: [String], places: [String: Int]) {
        var totals: [String: Int] = [:]
        for matrix in matrices {
            for label in matrix.labels { totals[label, default: 0] += 0 }
            for cell in matrix.cells { totals[matrix.labels[cell.actual], default: 0] += cell.count }
        }
        var labels = ConfusionMatrix.ordered(Set(totals.keys))
        let count = labels.count
        if count > labelLimit {
            let ranked = labels.enumerated().map { (total: totals[$0.element] ?? 0, place: $0.offset) }
                .sorted { $0.total == $1.total ? $0.place < $1.place : $0.total > $1.total }
            let kept = ranked.prefix(labelLimit - 1).map(\.place).sorted()
            labels = kept.map { labels[$0] }
        }
        let places = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($0.element, $0.offset) })
        return (count > labelLimit ? labels + ["\(count - labels.count) others"] : labels, places)
    }

    /// Returns the drawing.
    func document(id: FigureID) -> String {
        var canvas = FigureCanvas()
        canvas.addTitle(title)
        let scale = first.scale == .rows ? "shares of each row" : "counts up to \(most)"
        let names = (XMLText.shortened(first.actualName, to: 20), XMLText.shortened(first.predictedName, to: 20))
        canvas.addNote("rows: \(names.0), columns: \(names.1); \(scale)")
        let across = panels.count > 1 ? 2 : 1
        let room = (FigureCanvas.width - FigureCanvas.margin) / Double(across)
        let layout = Layout(labels, room: room - FigureCanvas.margin)
        for (position, panel) in panels.enumerated() {
            let left = FigureCanvas.margin + Double(position % across) * room
            let top = canvas.height + Double(position / across) * (layout.height + 30)
            draw(panel, at: left, top + 24, layout, on: &canvas)
        }
        canvas.height += Double((panels.count + across - 1) / across) * (layout.height + 30)
        if leftOutCount > 0 { canvas.addNote("\(leftOutCount) more matrices are not drawn") }
        return canvas.document(id: id, .levels, title: title, description: description)
    }

    /// How much room a matrix and the names beside it take.
    private struct Layout {
        /// The names, as they are written.
        let names: [String]
        /// The room for the names of rows.
        let nameWidth: Double
        let cell: Double
        /// One name in so many is written.
        let nameStride: Int
        let height: Double

        init(_ labels: [String], room: Double) {
            names = labels.map { XMLText.shortened($0, to: ConfusionDrawing.nameLimit) }
            let size = FigureStyle.smallTextSize
            let widest = names.map { XMLText.width(of: $0, size: size) }.max() ?? 0
            nameWidth = widest + 6
            cell = min(ConfusionDrawing.cellLimit, (room - widest - 6) / Double(max(1, labels.count)))
            nameStride = max(1, Int((size / cell).rounded(.up)))
            // The names of columns hang down at an angle of 45°.
            height = cell * Double(labels.count) + widest * 0.71 + 16
        }
    }

    private func draw(_ panel: Panel, at left: Double, _ top: Double, _ layout: Layout, on canvas: inout FigureCanvas) {
        if panels.count > 1 { canvas.add(XMLText.shortened(panel.revision, to: 24), at: left, top - 6) }
        let start = left + layout.nameWidth
        for (row, counts) in panel.counts.enumerated() {
            let y = top + Double(row) * layout.cell
            if row % layout.nameStride == 0 {
                canvas.add(layout.names[row], at: start - 5, y + layout.cell / 2 + 4, classes: "small end")
                drawName(layout.names[row], at: start + (Double(row) + 0.5) * layout.cell, top, layout, on: &canvas)
            }
            let total = counts.reduce(0, +)
            for (column, count) in counts.enumerated() {
                let x = start + Double(column) * layout.cell
                let place = Place(row: row, column: column, x: x, y: y, size: layout.cell)
                draw(count, of: total, at: place, on: &canvas)
            }
        }
    }

    /// Writes the name of a column below it.
    private func drawName(
        _ name: String,
        at x: Double,
        _ top: Double,
        _ layout: Layout,
        on canvas: inout FigureCanvas
    ) {
        let y = top + layout.cell * Double(layout.names.count) + 13
        let place = "\(FigureNumber.coordinate(x + 4)) \(FigureNumber.coordinate(y))"
        canvas.drawing.add(
            "text",
            ["class": "small end", "transform": "translate(\(place)) rotate(-45)"],
            text: name
        )
    }

    private func draw(_ count: Int, of total: Int, at place: Place, on canvas: inout FigureCanvas) {
        let share = total > 0 ? Double(count) / Double(total) : 0
        let isShare = first.scale == .rows
        let level = FigureStyle.level(of: isShare ? share : Double(count) / Double(max(1, most)))
        let names = [labels[place.row], labels[place.column]].map { XMLText.shortened($0, to: 80) }
        let percentage = FigureNumber.percentage(share)
        // A line of paper parts cells.
        let size = place.size - 1
        canvas.addCell(
            "h\(level)",
            FigureCanvas.Rectangle(x: place.x, y: place.y, width: size, height: size),
            title: "\(names.joined(separator: " as ")): \(count), \(percentage) of the row"
        )
        let text = isShare ? percentage : "\(count)"
        let width = XMLText.width(of: text, size: FigureStyle.smallTextSize)
        guard place.size >= ConfusionDrawing.numberLimit, width < size else { return }
        let classes = "small middle" + FigureStyle.textClass(onLevel: level)
        canvas.add(text, at: place.x + size / 2, place.y + size / 2 + 4, classes: classes)
    }

    /// The drawing in words.
    private var description: String {
        let sentences = panels.map { panel in
            let share = FigureNumber.percentage(Double(panel.right) / Double(max(1, panel.total)))
            return "\(XMLText.shortened(panel.revision, to: 80)): \(panel.total) examples, \(share) on the diagonal."
        }
        return "How often each of \(labels.count) classes was taken for each. " + sentences.joined(separator: " ")
    }
}
