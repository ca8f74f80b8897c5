import Documents
package import ModelCore

/// What MLflow says of something: its files, its exports and its servers have the same fields, in YAML or JSON.
///
/// Numbers may stand as texts and texts as numbers, for versions of MLflow differ in that.
package struct MLflowFields: Sendable, Hashable {
    private let members: [String: JSONValue]

    /// Creates the fields of an object.
    package init(_ members: [String: JSONValue]) { self.members = members }

    /// Reads a `meta.yaml`, of which nothing is executed or expanded; throws `FormatError` for what is no mapping.
    package init(yaml bytes: [UInt8]) throws(FormatError) {
        guard let mapping = try YAMLReader.value(of: bytes)?.mapping else {
            throw FormatError("file", .malformed("it is no mapping"))
        }
        members = mapping.mapValues(JSONValue.init(texts:))
    }

    /// Reads a document of JSON; throws `FormatError` for what is no object.
    package init(json bytes: [UInt8]) throws(FormatError) {
        guard let object = try JSONValue(parsing: bytes, allowsNonFinite: true).object else {
            throw FormatError("file", .malformed("it is no JSON object"))
        }
        members = object
    }

    /// Returns a text; `nil` where there is none, or an empty one.
    package func text(_ key: String) -> String? {
        switch members[key] {
        case .string(let text): text.isEmpty ? nil : text
        case .number(let digits): digits
        default: nil
        }
    }

    /// Returns an integer; `nil` where there is none.
    package func integer(_ key: String) -> Int64? { text(key).flatMap { Int64($0) } }

    /// Returns a number; NaN and the infinities may be spelled out, and what databases have in place of these counts as
    /// such.
    package func real(_ key: String) -> Double? {
        guard let text = text(key), let number = Double(text) else { return nil }
        // Source: mlflow/store/tracking/sqlalchemy_store.py, `log_metric`.
        return number.magnitude == .greatestFiniteMagnitude ? (number < 0 ? -.infinity : .infinity) : number
    }

    /// Whether a truth value is there, and true.
    package func isTrue(_ key: String) -> Bool { members[key]?.bool ?? (text(key)?.lowercased() == "true") }

    /// Returns an object; `nil` where there is none.
    package func fields(_ key: String) -> MLflowFields? { members[key]?.object.map { MLflowFields($0) } }

    /// Returns the objects of a list, which is empty where there is none.
    package func list(_ key: String) -> [MLflowFields] {
        (members[key]?.array ?? []).compactMap { $0.object.map { MLflowFields($0) } }
    }

    /// Returns texts by their names: an object of them, or a list of objects with `name` and `value` under these keys.
    package func texts(_ key: String, named name: String = "key", value: String = "value") -> [String: String] {
        let own = fields(key)
        guard let own else {
            let pairs = list(key).compactMap { pair in pair.text(name).map { ($0, pair.text(value) ?? "") } }
            return Dictionary(pairs) { _, last in last }
        }
        return Dictionary(own.members.keys.map { ($0, own.text($0) ?? "") }) { _, last in last }
    }

    /// Returns the texts of a list, which is empty where there is none.
    package func strings(_ key: String) -> [String] { (members[key]?.array ?? []).compactMap(\.string) }

    /// The keys, sorted.
    package var keys: [String] { members.keys.sorted() }
}

extension JSONValue {
    /// Creates what a YAML document says, each scalar as the text that stands there.
    fileprivate init(texts value: YAMLValue) {
        switch value {
        case .scalar(let text, _): self = value.isNull ? .null : .string(text)
        case .sequence(let elements): self = .array(elements.map(JSONValue.init(texts:)))
        case .mapping(let members): self = .object(members.mapValues(JSONValue.init(texts:)))
        }
    }
}
