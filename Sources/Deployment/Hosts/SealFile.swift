import FoundationEssentials
import ModelCore

/// The bytes of a seal, as a target keeps them: JSON as all machine-written files have it.
package enum SealFile {
    /// The most bytes that are read of one.
    package static let byteLimit = 1 << 20

    /// Returns the bytes.
    package static func bytes(of seal: ReleaseSeal) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return JSONText.indented(try encoder.encode(seal))
    }

    /// Reads a seal; `nil` for what is none, is another release's, or was written by a newer version.
    package static func seal(of release: ReleaseID, parsing bytes: [UInt8]) -> ReleaseSeal? {
        guard bytes.count <= byteLimit, let seal = try? JSONDecoder().decode(ReleaseSeal.self, from: Data(bytes)),
            seal.schema == ReleaseSeal.schema, seal.release == release
        else { return nil }
        return seal
    }
}
