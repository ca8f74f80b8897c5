import Runs

/// Runs as a table of comma-separated values (RFC 4180): a row each, with all metrics and parameters.
struct RunTable {
    private static let properties = ["id", "name", "status", "started", "duration", "branch", "commit", "user"]

    private let runs: [RunRecord]

    init(_ runs: [RunRecord]) { self.runs = runs }

    /// The table, which ends with a line feed.
    var csv: String {
        let metrics = Set(runs.flatMap(\.metrics.keys)).sorted().map { "metrics.\($0)" }
        let parameters = Set(runs.flatMap(\.parameters.keys)).sorted().map { "params.\($0)" }
        let names = RunTable.properties + metrics + parameters
        let rows = runs.map { run in names.map { run.value(named: $0)?.description ?? "" } }
        return ([names] + rows).map { $0.map(DelimitedCell.text).joined(separator: ",") + "\n" }.joined()
    }
}
