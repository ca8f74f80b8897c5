import ModelCore
package import SystemIO
import SystemPackage

/// What people and shell scripts record of a run one by one: a line of JSON each, appended to a file of the run's
/// directory.
///
/// Any number of processes may append at once, and a line that was cut short costs nothing but itself.
package struct RunLines: Sendable {
    private static let byteLimit = 1 << 30
    private static let parametersName = "params.jsonl"
    private static let notesName = "notes.jsonl"
    private static let artifactsName = "artifacts.jsonl"
    private static let referencesName = "references.jsonl"

    private let directory: RunDirectory

    /// Creates the lines of a run.
    package init(_ directory: RunDirectory) { self.directory = directory }

    /// Appends a value of a metric.
    package func append(_ name: String, _ value: Double, step: Int64?, at time: Timestamp) throws(IOError) {
        var fields: [String: JSONValue] = [
            "name": .string(name), "value": JSONValue(real: value), "time": .string(time.text),
        ]
        if let step { fields["step"] = JSONValue(step) }
        try append(fields, to: RunDirectory.metricsName)
    }

    /// Appends a hyperparameter.
    package func append(parameter name: String, _ word: String) throws(IOError) {
        try append(["name": .string(name), "value": .string(word)], to: RunLines.parametersName)
    }

    /// Appends a note.
    package func append(note: String) throws(IOError) { try append(["note": .string(note)], to: RunLines.notesName) }

    /// Appends the path of something that the run made and that is to be an artifact.
    package func append(artifact path: String) throws(IOError) {
        try append(["path": .string(path)], to: RunLines.artifactsName)
    }

    /// Appends a reference.
    package func append(_ reference: RunReference) throws(IOError) {
        var fields: [String: JSONValue] = ["uri": .string(reference.uri)]
        if let digest = reference.digest { fields["digest"] = .string(digest) }
        try append(fields, to: RunLines.referencesName)
    }

    /// The paths of what is to be an artifact, each once.
    package var artifacts: [String] {
        get throws(IOError) {
            var seen: Set<String> = []
            return try lines(of: RunLines.artifactsName).compactMap { $0["path"]?.string }
                .filter { seen.insert($0).inserted }
        }
    }

    /// The references, in the order in which they were made.
    package var references: [RunReference] {
        get throws(IOError) {
            try lines(of: RunLines.referencesName).compactMap { line -> RunReference? in
                guard let uri = line["uri"]?.string else { return nil }
                return RunReference(uri: uri, digest: line["digest"]?.string)
            }
        }
    }

    /// The hyperparameters; the last line of a name counts.
    package var parameters: [String: ParameterValue] {
        get throws(IOError) {
            var parameters: [String: ParameterValue] = [:]
            for line in try lines(of: RunLines.parametersName) {
                if let name = line["name"]?.string, let word = line["value"]?.string {
                    parameters[name] = ParameterValue(word: word)
                }
            }
            return parameters
        }
    }

    /// The notes, in the order in which they were made.
    package var notes: [String] {
        get throws(IOError) { try lines(of: RunLines.notesName).compactMap { $0["note"]?.string } }
    }

    private func append(_ fields: [String: JSONValue], to name: String) throws(IOError) {
        try DurableFile.append(JSONValue.object(fields).line, to: directory.path.appending(name))
    }

    private func lines(of name: String) throws(IOError) -> [[String: JSONValue]] {
        let path = directory.path.appending(name)
        guard try FileStatus.of(path) != nil else { return [] }
        let bytes = try DurableFile.read(path, limit: RunLines.byteLimit)
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONValue(parsing: Array($0)).object }
    }
}
