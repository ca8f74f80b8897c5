package import ModelCore

/// The name of a release: its model, version and the beginning of its digest, so that the same files have the same name
/// everywhere.
package struct ReleaseID: Sendable, Hashable {
    /// How many digits of the digest are in it.
    private static let digitCount = 12

    /// The name, which is one part of a path.
    package let text: String

    /// Creates the name of a model's version with these files.
    package init(model: ModelName, version: String, digest: Digest) {
        let name = "\(model)-\(version)-\(digest.hex.prefix(ReleaseID.digitCount))"
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

    /// Whether the name ends in a version and a digest, as those that git-model makes do; others are somebody else's.
    var namesVersion: Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count > 2, let digest = parts.last, digest.utf8.count == ReleaseID.digitCount,
            digest.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return false }
        // Models and pre-releases may have hyphens, too.
        return (1..<(parts.count - 1)).contains { start in
            let version = parts[start..<(parts.count - 1)].joined(separator: "-")
            return (try? SemanticVersion(version.replacing("_", with: "+"))) != nil
        }
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
