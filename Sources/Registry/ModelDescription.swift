package import ModelCore

/// What a model is, as `.mver/models/<name>.json` says.
///
/// It names artifacts by path, never by oid, so that it changes only when the model does.
package struct ModelDescription: Sendable, Hashable {
    /// The directory of all descriptions, from the top of the repository.
    package static let directory = ".mver/models"

    /// The model's name; a `/` in it is a directory of the description's path.
    package let name: ModelName
    /// The paths of the model's artifacts, sorted.
    package private(set) var artifacts: [String]
    /// Whatever else the user says of the model.
    package var metadata: [String: String]
    /// Where the model card is: a path in the repository, or a URL.
    package var card: String?
    /// Fields of later versions, kept as they are.
    private var others: [String: JSONValue] = [:]

    /// Creates the description of a model with nothing in it yet.
    package init(_ name: ModelName) {
        self.name = name
        artifacts = []
        metadata = [:]
    }

    /// Parses a description; anything but a JSON object of the expected types is malformed.
    package init(_ name: ModelName, parsing bytes: [UInt8]) throws(FormatError) {
        let format = "description of model \(name)"
        guard let fields = try JSONValue(parsing: bytes).object else {
            throw FormatError(format, .malformed("it is no JSON object"))
        }
        self.init(name)
        for (key, value) in fields {
            switch (key, value) {
            case ("artifacts", .array(let items)):
                artifacts = items.compactMap { if case .string(let path) = $0 { path } else { nil } }.sorted()
                guard artifacts.count == items.count else {
                    throw FormatError(format, .malformed("an artifact is no path"))
                }
            case ("metadata", .object(let items)):
                metadata = items.compactMapValues { if case .string(let text) = $0 { text } else { nil } }
                guard metadata.count == items.count else {
                    throw FormatError(format, .malformed("metadata is no text"))
                }
            case ("card", .string(let text)): card = text
            case ("artifacts", _), ("metadata", _), ("card", _):
                throw FormatError(format, .malformed("field “\(key)” has the wrong type"))
            default: others[key] = value
            }
        }
    }

    /// The description's path, from the top of the repository.
    package var path: String { "\(ModelDescription.directory)/\(name).json" }

    /// Adds an artifact; one that is there already stays.
    package mutating func add(_ artifact: RepositoryPath) {
        if !artifacts.contains(artifact.text) { artifacts = (artifacts + [artifact.text]).sorted() }
    }

    /// Takes an artifact out; returns whether it was there.
    package mutating func remove(_ artifact: RepositoryPath) -> Bool {
        let count = artifacts.count
        artifacts.removeAll { $0 == artifact.text }
        return artifacts.count < count
    }

    /// The description's bytes.
    package var encoded: [UInt8] {
        var fields = others
        fields["artifacts"] = .array(artifacts.map { .string($0) })
        if !metadata.isEmpty { fields["metadata"] = .object(metadata.mapValues { .string($0) }) }
        if let card { fields["card"] = .string(card) }
        return JSONValue.object(fields).encoded
    }
}
