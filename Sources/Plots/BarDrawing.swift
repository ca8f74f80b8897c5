/// Draws named values as horizontal bars, those of several revisions below each other.
struct BarDrawing {
    /// The most names in a drawing.
    static let nameLimit = 30
    /// The most revisions in a drawing.
    static let revisionLimit = 6
    /// The height of a bar.
    private static let barHeight = 12.0
    /// The room for a bar's number, at its right.
    private static let numberWidth = 70.0

    /// A name with the values that revisions have of it.
    private struct Row {
        let name: String
        let values: [Double?]
    }

    private let title: String
    private let first: Bars
    private let revisions: [String]
    private let rows: [Row]
    private let leftOutCount: Int
    private let axis: AxisScale

    /// Lays out the bars of some revisions; the first one's decide the order.
    init(_ title: String, _ parts: [(revision: String, bars: Bars)], _ first: Bars) {
        self.title = title
        self.first = first
        let parts = parts.prefix(BarDrawing.revisionLimit)
        revisions = parts.map { $0.revision }
        let values = parts.map { part in
            Dictionary(part.bars.bars.map { ($0.name, $0.value) }) { earliest, _ in earliest }
        }
        var seen: Set<String> = []
        let names = parts.flatMap { $0.bars.bars.map(\.name) }.filter { seen.insert($0).inserted }
        var all = names.map { name in Row(name: name, values: values.map { $0[name] }) }
        if first.order == .descending {
            let keyed = all.enumerated().map { (key: BarDrawing.rank($0.element.values), place: $0.offset) }
            all = keyed.sorted { ($0.key, $0.place) < ($1.key, $1.place) }.map { all[$0.place] }
        }
        rows = Array(all.prefix(BarDrawing.nameLimit))
        leftOutCount = all.count - rows.count
        let finite = rows.flatMap { $0.values.compactMap { $0 } }.filter(\.isFinite)
        axis = AxisScale(
            linearFrom: min(0, finite.min() ?? 0),
            to: max(0, finite.max() ?? 0),
            parts: 3,
            fit: .ticks
        )
    }

    /// What rows are sorted by: the greatest value first, those without one last.
    private static func rank(_ values: [Double?]) -> Double {
        guard let value = values.lazy.compactMap({ $0 }).first, !value.isNaN else { return .infinity }
        return -value
    }

    /// Where bars are.
    private struct Field {
        let left: Double
        let right = FigureCanvas.width - BarDrawing.numberWidth
        let top: Double
        let bottom: Double
        let rowHeight: Double
    }

    /// Returns the drawing.
    func document(id: FigureID) -> String {
        var canvas = FigureCanvas()
        canvas.addTitle(title)
        if revisions.count > 1 {
            canvas.addLegend(
                revisions.enumerated().map { position, revision in
                    let classes = FigureStyle.areaClass(colour: position)
                    return FigureCanvas.LegendEntry(label: revision, sample: .area(classes: classes))
                }
            )
        }
        if first.valueLabel != title, !first.valueLabel.isEmpty { canvas.addNote(first.valueLabel) }
        let names = rows.map { XMLText.shortened($0.name, to: 18) }
        let field = field(below: canvas.height + 6, names)
        drawAxis(in: field, on: &canvas)
        for (position, row) in rows.enumerated() {
            let y = field.top + field.rowHeight * Double(position) + 4
            canvas.add(names[position], at: field.left - 8, y + (field.rowHeight - 8) / 2 + 4, classes: "end")
            for (revision, value) in row.values.enumerated() {
                guard let value else { continue }
                let place = y + Double(revision) * (BarDrawing.barHeight + 2)
                draw(value, of: row.name, revision, at: place, in: field, on: &canvas)
            }
        }
        canvas.height = field.bottom + 20
        if leftOutCount > 0 { canvas.addNote("\(leftOutCount) more are not drawn") }
        return canvas.document(id: id, .series, title: title, description: description)
    }

    private func field(below top: Double, _ names: [String]) -> Field {
        let widest = names.map { XMLText.width(of: $0, size: FigureStyle.textSize) }.max() ?? 0
        let rowHeight = Double(revisions.count) * (BarDrawing.barHeight + 2) + 8
        return Field(
            left: FigureCanvas.margin + widest + 8,
            top: top,
            bottom: top + rowHeight * Double(rows.count),
            rowHeight: rowHeight
        )
    }

    private func place(of value: Double, in field: Field) -> Double {
        field.left + axis.share(of: value) * (field.right - field.left)
    }

    private func drawAxis(in field: Field, on canvas: inout FigureCanvas) {
        var grid = ""
        let ends = (FigureNumber.coordinate(field.top), FigureNumber.coordinate(field.bottom))
        for tick in axis.ticks {
            let x = place(of: tick.value, in: field)
            grid += "M\(FigureNumber.coordinate(x)) \(ends.0)V\(ends.1)"
            canvas.add(tick.label, at: x, field.bottom + 16, classes: "dim middle")
        }
        canvas.drawing.add("path", ["class": "grid", "d": grid])
    }

    private func draw(
        _ value: Double,
        of name: String,
        _ revision: Int,
        at y: Double,
        in field: Field,
        on canvas: inout FigureCanvas
    ) {
        let number = FigureNumber.significant(value)
        let zero = place(of: 0, in: field)
        let end = value.isFinite ? place(of: value, in: field) : zero
        let owner = revisions.count > 1 ? "\(XMLText.shortened(revisions[revision], to: 80)), " : ""
        canvas.addCell(
            FigureStyle.areaClass(colour: revision),
            FigureCanvas.Rectangle(
                x: min(zero, end),
                y: y,
                width: max(0.5, (end - zero).magnitude),
                height: BarDrawing.barHeight
            ),
            title: "\(owner)\(XMLText.shortened(name, to: 120)): \(number)"
        )
        canvas.add(number, at: max(zero, end) + 5, y + BarDrawing.barHeight - 2, classes: "small")
    }

    /// The drawing in words.
    private var description: String {
        let sentences = rows.map { row in
            let values = row.values.map { $0.map(FigureNumber.significant) ?? "none" }.joined(separator: ", ")
            return "\(XMLText.shortened(row.name, to: 80)): \(values)."
        }
        let rest = leftOutCount > 0 ? ["\(leftOutCount) more are not drawn."] : []
        return (sentences + rest).joined(separator: " ")
    }
}
