package import Git
package import ModelCore

/// Which version each stage is asked to have, in a file that is reviewed like code: `.mver/stages.json`.
///
/// `{"bert": {"production": "v1.2.0"}}`, or `{"version": "v1.2.0", "again": 1}` in the version's place where the same
/// was asked for before. Tags say what stages have; this only asks.
package struct StageRequests: Sendable, Hashable {
    /// The file, from the top of the repository.
    package static let path = ".mver/stages.json"
    /// The most bytes that are read of it.
    package static let byteLimit: Int64 = 1 << 20

    /// What is asked for of a stage.
    package struct Request: Sendable, Hashable {
        /// The version.
        package let version: SemanticVersion
        /// How often it was asked for again, after something else had happened to the stage; not negative.
        package let repetition: Int64

        /// Creates a request.
        package init(_ version: SemanticVersion, repetition: Int64 = 0) {
            self.version = version
            self.repetition = repetition
        }

        /// The same asked for once more.
        package var repeated: Request {
            // What nobody counted to begins anew, and is another request all the same.
            Request(version, repetition: repetition < Request.limit ? repetition + 1 : 1)
        }

        /// The highest count that a file may have.
        private static let limit: Int64 = 1 << 31

        /// Reads a version, or an object with one and a count from 1 on; `nil` for anything else.
        init?(_ value: JSONValue) {
            if let text = value.string {
                guard let version = try? SemanticVersion(text) else { return nil }
                self.init(version)
                return
            }
            guard let members = value.object, members.count == 2, let text = members["version"]?.string,
                let version = try? SemanticVersion(text), let again = members["again"]?.integer,
                (1...Request.limit).contains(again)
            else { return nil }
            self.init(version, repetition: again)
        }

        /// The request as the file has it.
        var value: JSONValue {
            let version = JSONValue.string(version.description)
            return repetition == 0 ? version : .object(["version": version, "again": JSONValue(repetition)])
        }
    }

    /// The requests, by model and stage.
    package private(set) var requests: [ModelName: [StageName: Request]] = [:]

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
                guard let stage = try? StageName(stage), let request = Request(value) else {
                    throw malformed("\(QuotedPath.encode("\(name)@\(stage)")) is no stage with a version")
                }
                requests[model, default: [:]][stage] = request
            }
        }
    }

    /// Reads the file of a commit; a missing one asks for nothing.
    package static func at(_ commit: GitObjectID, in repository: GitRepository) async throws -> StageRequests {
        let bytes = try await repository.objects.file(at: GitPath(path), in: commit, limit: byteLimit)
        return try bytes.map { try StageRequests(parsing: $0) } ?? StageRequests()
    }

    /// Asks for a version.
    package mutating func ask(for request: Request, of model: ModelName, in stage: StageName) {
        requests[model, default: [:]][stage] = request
    }

    /// What is asked for, sorted by model and stage.
    package var all: [(model: ModelName, stage: StageName, request: Request)] {
        requests.flatMap { model, stages in stages.map { (model: model, stage: $0, request: $1) } }
            .sorted { ($0.model, $0.stage) < ($1.model, $1.stage) }
    }

    /// The file's bytes.
    package var encoded: [UInt8] {
        let models = requests.map { model, stages in
            let pairs = stages.map { ($0.text, $1.value) }
            return (model.text, JSONValue.object(Dictionary(uniqueKeysWithValues: pairs)))
        }
        return JSONValue.object(Dictionary(uniqueKeysWithValues: models)).encoded
    }
}
