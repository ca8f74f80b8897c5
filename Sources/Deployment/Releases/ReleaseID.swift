package import ModelCore

/// The name of a release: its model, version and the beginning of its digest, so that the same files have the same name
/// everywhere.
package struct ReleaseID: Sendable, Hashable {
    /// The name, which is one part of a path.
    package let text: String

    /// Creates the name of a model's version with these files.
    package init(model: ModelName, version: String, digest: Digest) {
        let name = "\(model)-\(version)-\(digest.hex.prefix(12))"
        text = String(name.map { $0 == "/" || $0 == "+" ? "_" : $0 })
    }

    /// Reads a name that somebody else may have written; `nil` for what is more, or less, than one part of a path.
    package init?(_ text: some StringProtocol) {
        let isSound = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isSound, text.utf8.count <= 255, let first = text.first, first != ".", first != "-" else { return nil }
        self.text = String(text)
    }
}

extension ReleaseID: CustomStringConvertible {
    /// The name.
    package var description: String { text }
}

extension ReleaseID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = ReleaseID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "it is no name of a release")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
