import ModelCore

/// A value that documents have as a text, which alone says what it is.
package protocol TextCodable: Codable {
    /// What such a value is called in messages, as `run id`.
    static var noun: String { get }
    /// The text.
    var text: String { get }
    /// Reads a text; `nil` for one that is no such value.
    init?(_ text: String)
}

extension TextCodable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "\(QuotedPath.encode(text)) is no \(Self.noun)"
            )
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
