package import ModelCore

/// JSON of which the same value always gives the same bytes: keys sorted, no white space.
package enum CanonicalJSON {
    /// Returns a document's bytes.
    package static func bytes(of value: JSONValue) -> [UInt8] { Array(value.line.dropLast()) }

    /// Returns texts as an object, without the empty ones; `nil` where none is left.
    static func texts(_ texts: [String: String]) -> JSONValue? {
        let kept = texts.filter { !$0.value.isEmpty }
        return kept.isEmpty ? nil : .object(kept.mapValues { .string($0) })
    }

    /// Reads an object of texts; `nil` for one that has anything else.
    static func texts(in value: JSONValue?) -> [String: String]? {
        guard let value else { return [:] }
        guard let members = value.object else { return value == .null ? [:] : nil }
        let texts = members.compactMapValues(\.string)
        return texts.count == members.count ? texts : nil
    }
}
