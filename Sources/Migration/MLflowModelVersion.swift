package import ModelCore

/// A version in MLflow's registry.
package struct MLflowModelVersion: Sendable, Hashable {
    /// The model's name.
    package let model: String
    /// The number that MLflow gave it.
    package let number: Int64
    /// What people say of it.
    package let description: String?
    /// Where its files are: what was resolved, then what whoever registered it said.
    package var places: [String]
    /// The run that made it.
    package let run: String?
    /// MLflow's old way to say where it is used: `Production`, `Staging`, `Archived`; `nil` where it is in none of
    /// them.
    package let stage: String?
    /// When it was registered, in ms since 1970.
    package let created: Int64?
    /// The tags.
    package var tags: [String: String]
    /// The aliases that the version itself tells of.
    package let aliases: [String]
    /// Whether it was deleted.
    package let isDeleted: Bool

    /// Reads the fields of a version; throws `FormatError` for one without a model or a number.
    package init(_ fields: MLflowFields) throws(FormatError) {
        guard let model = fields.text("name"), let number = fields.integer("version"), number >= 0 else {
            throw FormatError("version", .malformed("it has no number"))
        }
        self.model = model
        self.number = number
        description = fields.text("description")
        let sources = [fields.text("storage_location"), fields.text("source")].compactMap { $0 }
        let logged = fields.text("model_id").map { ["models:/\($0)"] } ?? []
        places = sources + logged
        run = fields.text("run_id")
        let stage = fields.text("current_stage")
        self.stage = stage == "None" ? nil : stage
        created = fields.integer("creation_timestamp")
        tags = fields.texts("tags")
        aliases = fields.strings("aliases")
        isDeleted = stage == "Deleted_Internal"
    }

    /// The number of the version that it becomes: the one that its tag `semver` says, with or without `v`, else
    /// `v0.n.0`.
    package var semanticVersion: SemanticVersion? {
        if let text = tags["semver"] ?? tags["gitlab.version"] {
            let digits = text.hasPrefix("v") ? text : "v" + text
            if let version = try? SemanticVersion(digits) { return version }
        }
        return numberedVersion
    }

    /// The version `v0.n.0`.
    package var numberedVersion: SemanticVersion? { try? SemanticVersion("v0.\(number).0") }
}
