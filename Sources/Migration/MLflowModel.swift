package import ModelCore

/// A registered model of MLflow's, with its versions.
package struct MLflowModel: Sendable, Hashable {
    /// The name, which has neither a slash nor a colon in it, and else may be anything.
    package let name: String
    /// What people say of it.
    package let description: String?
    /// Which version each alias means.
    package var aliases: [String: Int64]
    /// The versions, in ascending order.
    package var versions: [MLflowModelVersion] = []

    /// Reads the fields of a registered model; throws `FormatError` for one without a name.
    ///
    /// Versions are read where the fields have all of them, as in exports.
    package init(_ fields: MLflowFields) throws(FormatError) {
        guard let name = fields.text("name") else { throw FormatError("model", .malformed("it has no name")) }
        self.name = name
        description = fields.text("description")
        let listed = fields.texts("aliases", named: "alias", value: "version")
        aliases = listed.compactMapValues { Int64($0) }
    }

    /// Reads a `model.json` of mlflow-export-import; throws `FormatError` for what is none.
    package init(export bytes: [UInt8]) throws(FormatError) {
        guard let fields = try MLflowFields(json: bytes).fields("mlflow")?.fields("registered_model") else {
            throw FormatError("model.json", .malformed("it has no registered model"))
        }
        try self.init(fields)
        // What is called latest are all, in exports of older versions of that tool.
        for item in fields.list("versions") + fields.list("latest_versions") {
            if let version = try? MLflowModelVersion(item) { add(version) }
        }
    }

    /// Adds a version, unless there is one of its number or it was deleted.
    package mutating func add(_ version: MLflowModelVersion) {
        guard !version.isDeleted, !versions.contains(where: { $0.number == version.number }) else { return }
        versions.append(version)
        versions.sort { $0.number < $1.number }
        for alias in version.aliases { aliases[alias] = version.number }
    }
}
