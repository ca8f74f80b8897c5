package import Git
package import ModelCore

/// Which version each stage is asked to have, in a file that is reviewed like code: `.mver/stages.json`.
///
/// `{"bert": {"production": "v1.2.0"}}`. Tags say what stages have; this only asks.
package struct StageRequests: Sendable, Hashable {
    /// The file, from the top of the repository.
    package static let path = ".mver/stages.json"
    /// The most bytes that are read of it.
    package static let byteLimit: Int64 = 1 << 20

    /// The version, by model and stage.
    package private(set) var versions: [ModelName: [StageName: SemanticVersion]] = [:]

    /// Creates a list that asks for nothing.
    package init() {}

    /// Parses a file; throws `FormatError` for anything but names and versions.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        let format = "list of stages"
        func malformed(_ what: String) -> FormatError { FormatError(format, .malformed(what)) }
        let document: JSONValue
        do throws(FormatError) { document = try JSONValue(parsing: bytes) } catch {
            throw FormatError(format, error.problem)
        }
        guard let models = document.object else { throw malformed("it is no JSON object") }
        for (name, value) in models {
            guard let model = try? ModelName(name), let stages = value.object else {
                throw malformed("\(QuotedPath.encode(name)) is no model with stages")
            }
            for (stage, value) in stages {
                guard let stage = try? StageName(stage), let text = value.string,
                    let version = try? SemanticVersion(text)
                else { throw malformed("\(QuotedPath.encode("\(name)@\(stage)")) is no stage with a version") }
                versions[model, default: [:]][stage] = version
            }
        }
    }

    /// Reads the file of a commit; a missing one asks for nothing.
    package static func at(_ commit: GitObjectID, in repository: GitRepository) async throws -> StageRequests {
        let bytes = try await repository.objects.file(at: GitPath(path), in: commit, limit: byteLimit)
        return try bytes.map { try StageRequests(parsing: $0) } ?? StageRequests()
    }

    /// Asks for a version.
    package mutating func ask(for version: SemanticVersion, of model: ModelName, in stage: StageName) {
        versions[model, default: [:]][stage] = version
    }

    /// What is asked for, sorted by model and stage.
    package var all: [(model: ModelName, stage: StageName, version: SemanticVersion)] {
        versions.flatMap { model, stages in stages.map { (model: model, stage: $0, version: $1) } }
            .sorted { ($0.model, $0.stage) < ($1.model, $1.stage) }
    }

    /// The file's bytes.
    package var encoded: [UInt8] {
        let models = versions.map { model, stages in
            let pairs = stages.map { ($0.text, JSONValue.string($1.description)) }
            return (model.text, JSONValue.object(Dictionary(uniqueKeysWithValues: pairs)))
        }
        return JSONValue.object(Dictionary(uniqueKeysWithValues: models)).encoded
    }
}
