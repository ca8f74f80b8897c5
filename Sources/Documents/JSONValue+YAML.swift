package import ModelCore

extension JSONValue {
    /// Creates the value of a YAML document; all of its scalars are texts.
    package init(texts document: YAMLValue) {
        switch document {
        case .scalar(let text, _): self = document.isNull ? .null : .string(text)
        case .sequence(let elements): self = .array(elements.map { JSONValue(texts: $0) })
        case .mapping(let members): self = .object(members.mapValues { JSONValue(texts: $0) })
        }
    }

    /// Reads a YAML document, all of whose scalars are texts; an empty one is `nil`.
    package static func texts(ofYAML bytes: [UInt8]) throws(FormatError) -> JSONValue? {
        guard let document = try YAMLReader.value(of: bytes) else { return nil }
        return JSONValue(texts: document)
    }
}
