package import Runs

/// A plot as one revision has it.
package struct Plot: Sendable, Hashable {
    /// What tells it from other plots of the revision: the file's path, a name in `dvc.yaml`, or a metric's name.
    package let id: String
    /// What people call it.
    package let title: String
    /// What there is to draw.
    package let data: PlotData
    /// How many rows could not be read, as one that is not complete yet.
    package let unreadableCount: Int

    /// Creates a plot.
    package init(id: String, title: String, data: PlotData, unreadableCount: Int = 0) {
        self.id = id
        self.title = title
        self.data = data
        self.unreadableCount = unreadableCount
    }

    /// Returns the learning curves of what a run recorded, a plot a metric, sorted by name.
    package static func curves(of log: MetricLog) -> [Plot] {
        log.series.sorted { $0.key < $1.key }.map { name, points in
            let series = PlotSeries(name, points.map { PlotPoint(Double($0.step), $0.value) })
            return Plot(
                id: name,
                title: name,
                data: .curves(Curves(.line, xLabel: "step", yLabel: name, [series]))
            )
        }
    }
}
