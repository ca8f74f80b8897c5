/// A row of coloured cells, as of how much changed in each layer of a model.
package struct HeatStrip: Sendable, Hashable {
    /// A cell of the row.
    package struct Cell: Sendable, Hashable {
        /// What it is of, as a layer's name.
        package let label: String
        /// From 0, for nothing, to 1; `nil` where it is not known.
        package let value: Double?

        /// Creates a cell; a value that is no number is not known, and one beyond 0 or 1 is at that end.
        package init(_ label: String, _ value: Double?) {
            self.label = label
            self.value = value.flatMap { $0.isNaN ? nil : min(max($0, 0), 1) }
        }
    }

    /// The most cells that are drawn; of more, neighbours are drawn as one, in the colour of the greatest.
    static let cellLimit = 152
    private static let cellHeight = 26.0

    /// What the row is of.
    package let title: String
    /// The cells, from left to right.
    package let cells: [Cell]

    /// Creates a row.
    package init(_ title: String, _ cells: [Cell]) {
        self.title = title
        self.cells = cells
    }

    /// Returns the row as a drawing; pointing at a cell shows its label and value.
    package func svg(id: FigureID) -> String {
        var canvas = FigureCanvas()
        addPattern(id, to: &canvas)
        canvas.addTitle(title)
        let drawn = merged(to: HeatStrip.cellLimit)
        let room = FigureCanvas.width - 2 * FigureCanvas.margin
        let width = min(40, room / Double(max(1, drawn.count)))
        let top = canvas.height + 4
        for (position, cell) in drawn.enumerated() {
            let x = FigureCanvas.margin + Double(position) * width
            let level = cell.value.map { "h\(FigureStyle.level(of: $0))" } ?? "unknown"
            let value = cell.value.map { FigureNumber.significant($0) } ?? "not known"
            let place = FigureCanvas.Rectangle(
                x: x,
                y: top,
                width: width > 4 ? width - 1 : width,
                height: HeatStrip.cellHeight
            )
            canvas.addCell(level, place, title: "\(XMLText.shortened(cell.label, to: 200)): \(value)")
        }
        canvas.height = top + HeatStrip.cellHeight
        addEnds(of: drawn, width: width, to: &canvas)
        addKey(to: &canvas)
        return canvas.document(id: id, .levels, title: title, description: description)
    }

    /// Returns at most so many cells: of more, neighbours become one, of the greatest value.
    package func merged(to limit: Int) -> [Cell] {
        let groupSize = (cells.count + limit - 1) / limit
        guard groupSize > 1 else { return cells }
        return stride(from: 0, to: cells.count, by: groupSize).map { start -> Cell in
            let group = cells[start..<min(start + groupSize, cells.count)]
            guard group.count > 1, let first = group.first, let last = group.last else { return cells[start] }
            let names = [first, last].map { XMLText.shortened($0.label, to: 80) }
            return Cell("\(names.joined(separator: " … ")) (\(group.count))", group.compactMap(\.value).max())
        }
    }

    /// What cells are filled with that are not known: a pattern, which no colour can be taken for.
    private func addPattern(_ id: FigureID, to canvas: inout FigureCanvas) {
        canvas.drawing.begin(
            "pattern",
            [
                "id": FigureStyle.hatchID(id), "width": "4", "height": "4", "patternUnits": "userSpaceOnUse",
                "patternTransform": "rotate(45)",
            ]
        )
        canvas.drawing.add("path", ["class": "hatch", "d": "M0 0v4"])
        canvas.drawing.end("pattern")
    }

    /// Writes what the first and the last cell are of.
    private func addEnds(of drawn: [Cell], width: Double, to canvas: inout FigureCanvas) {
        guard let first = cells.first, let last = cells.last else { return }
        canvas.height += 16
        canvas.add(XMLText.shortened(first.label, to: 28), at: FigureCanvas.margin, canvas.height, classes: "small dim")
        let end = FigureCanvas.margin + Double(drawn.count) * width
        guard cells.count > 1, end > FigureCanvas.width / 2 else { return }
        canvas.add(XMLText.shortened(last.label, to: 28), at: end, canvas.height, classes: "small dim end")
    }

    /// Shows what the colours mean.
    private func addKey(to canvas: inout FigureCanvas) {
        let y = canvas.height + 8
        var x = FigureCanvas.margin
        func text(_ text: String) {
            canvas.add(text, at: x, y + 10, classes: "small dim")
            x += XMLText.width(of: text, size: FigureStyle.smallTextSize) + 8
        }
        func sample(_ classes: String) {
            canvas.addCell(classes, FigureCanvas.Rectangle(x: x, y: y, width: 12, height: 12))
            x += 14
        }
        text("unchanged")
        for level in 0..<FigureStyle.levelCount { sample("h\(level)") }
        x += 6
        text("most")
        if cells.contains(where: { $0.value == nil }) {
            x += 10
            sample("unknown")
            text("not known")
        }
        canvas.height = y + 12
    }

    /// The row in words.
    private var description: String {
        let known = cells.filter { $0.value != nil }
        let changed = known.filter { ($0.value ?? 0) > 0 }
        var parts = ["\(cells.count) cells", "\(changed.count) above 0"]
        if known.count < cells.count { parts.append("\(cells.count - known.count) not known") }
        if let most = changed.max(by: { ($0.value ?? 0) < ($1.value ?? 0) }) {
            parts.append("most in \(XMLText.shortened(most.label, to: 80))")
        }
        return parts.joined(separator: ", ") + "."
    }
}
