import Documents
package import ModelCore

/// Reads hyperparameters from the files that people keep them in: YAML, JSON and TOML, flattened with dots between
/// names.
package enum Parameters {
    /// The most bytes that a file may have.
    package static let byteLimit = 16 << 20

    /// The names of the files that people keep parameters in; where several have one, the last does.
    package static let usualFileNames = ["params.toml", "params.yaml", "params.yml", "params.json"]

    /// Reads a file by what its name ends with; throws `FormatError` for one that cannot be read, and for another name.
    package static func read(_ bytes: [UInt8], named name: String) throws(FormatError) -> [String: ParameterValue] {
        flattened(try document(bytes, named: name))
    }

    /// Reads a YAML file; `nil` for one that cannot be read.
    static func yaml(_ bytes: [UInt8]) -> [String: ParameterValue]? { try? read(bytes, named: ".yaml") }

    /// Reads the object of a file of YAML, JSON or TOML, by what its name ends with; an empty file of YAML or TOML has
    /// an empty one.
    static func document(_ bytes: [UInt8], named name: String) throws(FormatError) -> JSONValue {
        if name.hasSuffix(".json") {
            let value = try JSONValue(parsing: bytes, allowsNonFinite: true)
            guard value.object != nil else { throw FormatError("file", .malformed("it is no JSON object")) }
            return value
        }
        if name.hasSuffix(".toml") { return try TOMLReader.value(of: bytes) }
        guard name.hasSuffix(".yaml") || name.hasSuffix(".yml") else {
            throw FormatError("file", .malformed("its name ends with none of .yaml, .yml, .json and .toml"))
        }
        guard let value = try YAMLReader.value(of: bytes), !value.isNull else { return .object([:]) }
        guard value.mapping != nil else { throw FormatError("file", .malformed("it is no mapping")) }
        return JSONValue(value)
    }

    private static func flattened(_ value: JSONValue) -> [String: ParameterValue] {
        Dictionary(Flattened.leaves(of: value).map { ($0.name, ParameterValue($0.value)) }) { _, last in last }
    }
}

extension JSONValue {
    /// Creates the value that YAML's core schema has; texts that stand without quotes may be numbers or truth values.
    fileprivate init(_ value: YAMLValue) {
        switch value {
        case .scalar(let text, let isPlain):
            guard isPlain else {
                self = .string(text)
                return
            }
            switch ParameterValue(word: text) {
            case .none: self = .null
            case .truth(let truth): self = .bool(truth)
            case .integer, .real: self = .number(text.first == "+" ? String(text.dropFirst()) : text)
            case .text, .list: self = .string(text)
            }
        case .sequence(let elements): self = .array(elements.map { JSONValue($0) })
        case .mapping(let members): self = .object(JSONValue.merged(members).mapValues { JSONValue($0) })
        }
    }

    /// Returns members with those of the mappings that the key `<<` names: the own ones win, and of others the first.
    private static func merged(_ members: [String: YAMLValue]) -> [String: YAMLValue] {
        guard let named = members["<<"] else { return members }
        let sources = (named.sequence ?? [named]).compactMap(\.mapping)
        guard !sources.isEmpty else { return members }
        var all = members
        all["<<"] = nil
        for source in sources { all.merge(merged(source)) { own, _ in own } }
        return all
    }
}
