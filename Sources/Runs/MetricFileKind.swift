package import ModelCore

/// What a file of metrics is, as its name tells; where several tell of a metric, the kind that comes first here does.
package enum MetricFileKind: Int, Sendable, CaseIterable {
    /// A table of DVCLive's, which has one metric.
    case liveTable
    /// The state of transformers' Trainer.
    case trainerState
    /// TensorBoard's events.
    case events
    /// A table with a column a metric.
    case table
    /// Last values.
    case document

    /// Where DVCLive keeps its tables, below a directory that it makes.
    static let liveDirectory = "plots/metrics/"
    private static let stepName = "step"
    private static let tableNames: Set<String> = [
        "metrics.csv", "metrics.tsv", "results.csv", "log.csv", "history.csv", "training_log.csv",
    ]
    private static let documentNames: Set<String> = [
        "metrics.json", "scores.json", "eval_results.json", "all_results.json",
    ]
    private static let documentSuffixes = [".json", ".yaml", ".yml", ".toml"]

    /// Tells a file by its path; `nil` for one whose name no script gives to metrics.
    package init?(_ path: String) {
        guard let name = path.split(separator: "/").last.map(String.init) else { return nil }
        if name.hasSuffix(".tsv"), MetricFileKind.isLive(path), path.contains(MetricFileKind.liveDirectory) {
            self = .liveTable
        } else if name == TrainerState.fileName {
            self = .trainerState
        } else if name.contains(TensorBoardEvents.fileNamePart) {
            self = .events
        } else if MetricFileKind.tableNames.contains(name) {
            self = .table
        } else if MetricFileKind.documentNames.contains(name) {
            self = .document
        } else {
            return nil
        }
    }

    /// Tells a file that somebody says has metrics, by its path; `nil` for one that cannot be read here.
    init?(declared path: String) {
        if let kind = MetricFileKind(path) {
            self = kind
        } else if path.hasSuffix(".csv") || path.hasSuffix(".tsv") {
            self = .table
        } else if MetricFileKind.documentSuffixes.contains(where: { path.hasSuffix($0) }) {
            self = .document
        } else {
            return nil
        }
    }

    /// Whether a file lies in a directory of DVCLive's.
    static func isLive(_ path: String) -> Bool {
        path.split(separator: "/").dropLast().contains { $0.hasPrefix("dvclive") }
    }

    /// Reads a file; throws `FormatError` for a document that is none, of tables and events only lines are lost.
    package func log(of bytes: [UInt8], at path: String) throws(FormatError) -> MetricLog {
        switch self {
        case .liveTable: return MetricFileKind.liveLog(of: bytes, at: path)
        case .trainerState:
            guard let log = TrainerState.log(of: bytes) else {
                throw FormatError("state of the Trainer", .malformed("it is cut short, or has no \"log_history\""))
            }
            return log
        case .events: return TensorBoardEvents.log(of: bytes)
        case .table:
            return DelimitedMetrics.log(of: bytes, separator: MetricFileKind.separator(of: bytes, at: path))
        case .document: return try MetricFileKind.lastValues(of: bytes, at: path)
        }
    }

    /// Returns what stands between the cells of a table: where a comma means decimals, spreadsheets write semicolons.
    private static func separator(of bytes: [UInt8], at path: String) -> UInt8 {
        if path.hasSuffix(".tsv") { return UInt8(ascii: "\t") }
        let names = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let isCommaMissing = !names.contains(UInt8(ascii: ","))
        return isCommaMissing && names.contains(UInt8(ascii: ";")) ? UInt8(ascii: ";") : UInt8(ascii: ",")
    }

    /// Reads a table of DVCLive's, whose metric is named by the table's path below `plots/metrics`.
    private static func liveLog(of bytes: [UInt8], at path: String) -> MetricLog {
        let table = DelimitedMetrics.log(of: bytes, separator: UInt8(ascii: "\t"))
        let place = path.ranges(of: liveDirectory).last
        guard let place, table.series.count == 1, let points = table.series.values.first else { return table }
        var log = MetricLog()
        let name = String(path[place.upperBound...].dropLast(".tsv".count))
        for point in points { log.add(name, point.value, step: point.step, time: point.time) }
        log.unreadableCount = table.unreadableCount
        return log
    }

    /// Reads a file of last values, whose numbers are metrics without a history.
    private static func lastValues(of bytes: [UInt8], at path: String) throws(FormatError) -> MetricLog {
        var log = MetricLog()
        for (name, leaf) in Flattened.leaves(of: try Parameters.document(bytes, named: path)) {
            // DVCLive says beside its metrics how far the training was.
            if let number = leaf.metric, !(name == stepName && isLive(path)) { log.add(name, number) }
        }
        return log
    }
}
