/// Points that belong together, in the order in which they were recorded.
package struct PlotSeries: Sendable, Hashable, Encodable {
    /// What the points are of, as a metric's name.
    package let name: String
    /// The points, all of them.
    package let points: [PlotPoint]

    /// Creates a series.
    package init(_ name: String, _ points: [PlotPoint]) {
        self.name = name
        self.points = points
    }
}
