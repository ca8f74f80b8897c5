package import ModelCore

/// What a model is, as `.mver/models/<name>.json` says.
///
/// It names artifacts by path, never by oid, so that it changes only when the model does.
package struct ModelDescription: Sendable, Hashable {
    /// The directory of all descriptions, from the top of the repository.
    package static let directory = ".mver/models"
    /// What the name of a description's file ends with.
    package static let fileSuffix = ".json"
    /// The most bytes that a description may have.
    package static let byteLimit = 1 << 20

    /// The model's name; a `/` in it is a directory of the description's path.
    package let name: ModelName
    /// The paths of the model's artifacts, sorted by bytes, each once.
    package private(set) var artifacts: [RepositoryPath] = []
    /// Whatever else the user says of the model.
    package var metadata: [String: String] = [:]
    /// Where the model card is: a path in the repository, or a URL.
    package var card: String?
    /// Fields of other versions of git-model, and of people, kept as they are.
    private var others: [String: JSONValue] = [:]

    /// Creates the description of a model with nothing in it yet.
    package init(_ name: ModelName) {
        self.name = name
    }

    /// Parses a description; throws `FormatError` for anything but a JSON object of the expected types.
    package init(_ name: ModelName, parsing bytes: [UInt8]) throws(FormatError) {
        self.init(name)
        let format = "description of model \(name)"
        func malformed(_ what: String) -> FormatError { FormatError(format, .malformed(what)) }
        do throws(FormatError) {
            guard let fields = try JSONValue(parsing: bytes).object else { throw malformed("it is no JSON object") }
            others = fields
        } catch {
            throw FormatError(format, error.problem)
        }
        if let field = others.removeValue(forKey: "artifacts") {
            let paths = try (field.array ?? [.null]).map { (item) throws(FormatError) in
                guard let text = item.string else { throw malformed("\"artifacts\" is no list of paths") }
                do { return try RepositoryPath(text) } catch { throw malformed("artifact \(error)") }
            }
            artifacts = Set(paths).sorted()
        }
        if let field = others.removeValue(forKey: "metadata") {
            guard let items = field.object else { throw malformed("\"metadata\" is no object") }
            metadata = items.compactMapValues(\.string)
            guard metadata.count == items.count else { throw malformed("a value of \"metadata\" is no string") }
        }
        if let field = others.removeValue(forKey: "card") {
            guard let text = field.string else { throw malformed("\"card\" is no string") }
            card = text
        }
    }

    /// The description's path, from the top of the repository.
    package var path: String { "\(ModelDescription.directory)/\(name)\(ModelDescription.fileSuffix)" }

    /// Adds an artifact; one that is there already stays.
    package mutating func add(_ artifact: RepositoryPath) {
        if !artifacts.contains(artifact) { artifacts = (artifacts + [artifact]).sorted() }
    }

    /// Takes an artifact out; returns whether it was there.
    @discardableResult
    package mutating func remove(_ artifact: RepositoryPath) -> Bool {
        let count = artifacts.count
        artifacts.removeAll { $0 == artifact }
        return artifacts.count < count
    }

    /// The description's bytes.
    package var encoded: [UInt8] {
        var fields = others
        fields["artifacts"] = .array(artifacts.map { .string($0.text) })
        if !metadata.isEmpty { fields["metadata"] = .object(metadata.mapValues { .string($0) }) }
        if let card { fields["card"] = .string(card) }
        return JSONValue.object(fields).encoded
    }
}
