/// Metrics of a table as CSV or TSV: a row a step, a column a metric, as DVCLive, Keras, Lightning and YOLO write them.
package enum DelimitedMetrics {
    /// The names of columns that hold the step, the likeliest first.
    private static let stepNames = ["step", "global_step", "iteration", "iter", "epoch"]
    private static let timeNames = ["timestamp", "time", "wall_time"]

    /// Reads a table of UTF-8 whose first row names the columns; `separator` is a comma, a semicolon or a tab.
    ///
    /// Cells that are empty or no numbers are no points; rows with more or fewer cells than the first are counted as
    /// unreadable.
    package static func log(of bytes: [UInt8], separator: UInt8) -> MetricLog {
        var log = MetricLog()
        var rows = DelimitedRows(bytes, separator: separator)
        guard let names = rows.next()?.map({ trimmed($0) }) else { return log }
        let stepColumn = stepNames.lazy.compactMap { names.firstIndex(of: $0) }.first
        let timeColumn = timeNames.lazy.compactMap { names.firstIndex(of: $0) }.first
        while let cells = rows.next() {
            guard cells.count == names.count else {
                log.unreadableCount += 1
                continue
            }
            let step = stepColumn.flatMap { Double(trimmed(cells[$0])) }.flatMap { Int64(exactly: $0) }
            let time = timeColumn.flatMap { Double(trimmed(cells[$0])) }.flatMap(time)
            for (column, name) in names.enumerated() where column != stepColumn && column != timeColumn && !name.isEmpty
            {
                guard let value = Double(trimmed(cells[column])) else { continue }
                log.add(name, value, step: step, time: time)
            }
        }
        return log
    }

    /// A time in milliseconds, as DVCLive has it, or in seconds.
    private static func time(_ number: Double) -> Timestamp? {
        guard number.isFinite, abs(number) < 1e15 else { return nil }
        return Timestamp(milliseconds: Int64(number >= 1e11 ? number : number * 1000))
    }

    private static func trimmed(_ cell: String) -> String {
        // Most cells have no blanks, and most tables many cells.
        let blank = UInt8(ascii: " ")
        guard cell.utf8.first == blank || cell.utf8.last == blank else { return cell }
        return String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
