import ModelCore

/// A data set that a run of MLflow's read.
package struct MLflowDataset: Sendable, Hashable {
    /// What it is called.
    package let name: String
    /// MLflow's own digest of it, which is that of a part; `nil` where there is none.
    package let digest: String?
    /// Where it came from: a URL or path out of the source, else the name.
    package let source: String

    private static let sourceKeys = ["uri", "url", "path"]

    /// Reads a data set's fields; `nil` for one without a name.
    package init?(_ fields: MLflowFields) {
        guard let name = fields.text("name") else { return nil }
        self.name = name
        digest = fields.text("digest")
        // The source is JSON in a text.
        let described = fields.text("source").flatMap { try? MLflowFields(json: Array($0.utf8)) }
        source = MLflowDataset.sourceKeys.lazy.compactMap { described?.text($0) }.first ?? name
    }
}
