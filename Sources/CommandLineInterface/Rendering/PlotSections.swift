import Operations
import Plots

/// Plots in a page, and in a line.
struct PlotSections {
    private let figures: [PlotFigure]
    private let leftOut: Int

    /// Creates the sections of figures; those that are left out are only counted.
    init(_ figures: [PlotFigure], leftOut: Int = 0) {
        self.figures = figures
        self.leftOut = leftOut
    }

    init(_ figures: SiteFigures) { self.init(figures.drawn, leftOut: figures.leftOut) }

    /// The drawings beside each other, as far as there is room, and how many more there would be.
    var html: String {
        let drawings = figures.enumerated().map { position, figure in
            HTML.element("div", [("class", "plot")], figure.html(id: FigureID("figure-\(position)")))
        }
        guard !drawings.isEmpty else { return "" }
        let rest = leftOut > 0 ? HTML.element("p", [], "… and \(Quantity.count(leftOut, "more plot")).") : ""
        return HTML.element("div", [("class", "plots")], drawings.joined(separator: "\n")) + rest
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
