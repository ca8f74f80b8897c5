package import ModelCore

/// A `run.json` as mlflow-export-import writes it (README_export_format.md there).
package struct MLflowRunExport: Sendable {
    /// The most bytes that such a file may have.
    package static let byteLimit = 256 << 20

    /// The run.
    package let run: MLflowRunFacts
    /// The points of its metrics, by name.
    package let metrics: [String: [MLflowPoint]]
    /// How many points could not be read.
    package let unreadableCount: Int

    /// Reads a file; throws `FormatError` for what is none.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        guard let fields = try MLflowFields(json: bytes).fields("mlflow"), let info = fields.fields("info") else {
            throw FormatError("run.json", .malformed("it has no run"))
        }
        var run = try MLflowRunFacts(info: info)
        run.parameters = fields.texts("params")
        run.take(tags: fields.texts("tags"))
        run.datasets = MLflowRunFacts.datasets(of: fields)
        self.run = run
        var metrics: [String: [MLflowPoint]] = [:]
        var unreadable = 0
        let own = fields.fields("metrics")
        for name in own?.keys ?? [] {
            let listed = own?.list(name) ?? []
            metrics[name] = listed.compactMap { MLflowPoint($0) }
            unreadable += listed.count - (metrics[name]?.count ?? 0)
        }
        self.metrics = metrics
        unreadableCount = unreadable
    }
}
