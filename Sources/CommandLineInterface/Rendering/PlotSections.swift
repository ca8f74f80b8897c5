import Plots

/// Plots in a page, and in a line.
struct PlotSections {
    private let figures: [PlotFigure]

    init(_ figures: [PlotFigure]) { self.figures = figures }

    /// The drawings beside each other, as far as there is room.
    var html: String {
        let drawings = figures.enumerated().map { position, figure in
            HTML.element("div", [("class", "plot")], figure.html(id: FigureID("figure-\(position)")))
        }
        return drawings.isEmpty ? "" : HTML.element("div", [("class", "plots")], drawings.joined(separator: "\n"))
    }

    /// Returns what a terminal can show of a plot.
    static func line(of data: PlotData) -> String {
        switch data {
        case .curves(let curves):
            let lines = curves.series.prefix(4).map { series in
                let name = curves.series.count > 1 ? DisplayText.sanitized(series.name) + " " : ""
                return name + Sparkline(series.points.map(\.y)).description
            }
            let rest = curves.series.count > 4 ? ", and \(curves.series.count - 4) more" : ""
            return lines.joined(separator: ", ") + rest
        case .confusion(let matrix):
            let total = matrix.cells.reduce(0) { $0 + $1.count }
            let right = matrix.cells.reduce(0) { $0 + ($1.actual == $1.predicted ? $1.count : 0) }
            let share =
                total > 0 ? ", \(Quantity.significant(100 * Double(right) / Double(total))) % of \(total) right" : ""
            return Quantity.count(matrix.labels.count, "class", plural: "classes") + share
        case .bars(let bars): return Quantity.count(bars.bars.count, "bar")
        case .image(let image): return Quantity.bytes(Int64(image.bytes.count))
        }
    }
}
