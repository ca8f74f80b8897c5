package import Plots

/// The drawings of a page of a site, of which there is room for some only.
package struct SiteFigures: Sendable {
    /// Those that are drawn.
    package let drawn: [PlotFigure]
    /// How many more there would be.
    package let leftOut: Int

    /// Takes the first of some figures.
    init(_ figures: [PlotFigure] = [], limit: Int = .max) {
        drawn = Array(figures.prefix(limit))
        leftOut = figures.count - drawn.count
    }
}
