/// The points of metrics as a table of comma-separated values: a row each, a metric after the other by name.
package enum MetricTable {
    /// Returns the table, with a row of names at its top.
    package static func csv(of log: MetricLog) -> [UInt8] {
        var text = Array("metric,step,time,value\n".utf8)
        for (name, points) in log.series.sorted(by: { $0.key < $1.key }) {
            let cell = DelimitedCell.text(name)
            for point in points {
                let value = ParameterValue.real(point.value)
                text += "\(cell),\(point.step),\(point.time?.text ?? ""),\(value)\n".utf8
            }
        }
        return text
    }
}
