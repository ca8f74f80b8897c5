package import ModelCore

/// Which object is meant by a name that DVC gave the same bytes: what `.mver/imports/dvc.json` says (docs/formats.md).
///
/// It only grows: two maps of one repository are joined by taking what either has.
package struct ImportMap: Sendable, Hashable {
    /// The directory of all maps, from the top of the repository.
    package static let directory = ".mver/imports"
    /// The path of the map of what comes from DVC.
    package static let path = directory + "/dvc.json"
    /// What the name of a map's file ends with.
    package static let fileSuffix = ".json"
    /// The version of the file's format.
    package static let format: Int64 = 1
    /// The most bytes that a map may have.
    package static let byteLimit: Int64 = 64 << 20

    /// The objects, by DVC's names.
    package private(set) var objects: [DVCHash: Pointer] = [:]

    /// Creates an empty map.
    package init() {}

    /// Parses a map; throws `FormatError`, `newer` for a later format.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        func malformed(_ what: String) -> FormatError { FormatError("map of imports", .malformed(what)) }
        guard let fields = try JSONValue(parsing: bytes).object else { throw malformed("it is no JSON object") }
        guard let format = fields["format"]?.integer else { throw malformed("\"format\" is no number") }
        guard format == ImportMap.format else { throw FormatError("map of imports", .newer("format \(format)")) }
        for algorithm in DVCHash.Algorithm.allCases {
            guard let field = fields[algorithm.rawValue] else { continue }
            guard let entries = field.object else { throw malformed("\"\(algorithm.rawValue)\" is no object") }
            for (name, value) in entries {
                guard let hash = DVCHash(name, algorithm) else {
                    throw malformed("\(QuotedPath.encode(name)) is no MD5")
                }
                guard let pointer = ImportMap.pointer(value), (pointer.kind == .tree) == hash.isDirectory else {
                    throw malformed("what \(name) has is no object")
                }
                objects[hash] = pointer
            }
        }
    }

    /// The file's bytes.
    package var encoded: [UInt8] {
        var fields: [String: JSONValue] = ["format": JSONValue(ImportMap.format)]
        for (algorithm, group) in Dictionary(grouping: objects, by: \.key.algorithm) {
            fields[algorithm.rawValue] = .object(
                Dictionary(group.map { ($0.key.text, ImportMap.value($0.value)) }) { first, _ in first }
            )
        }
        return JSONValue.object(fields).encoded
    }

    /// Adds an object; `false` where the name had it already.
    @discardableResult
    package mutating func add(_ pointer: Pointer, as hash: DVCHash) -> Bool {
        objects.updateValue(pointer, forKey: hash) != pointer
    }

    /// Adds what another map has and this lacks.
    package mutating func formUnion(_ other: ImportMap) { objects.merge(other.objects) { first, _ in first } }

    private static func pointer(_ value: JSONValue) -> Pointer? {
        guard let fields = value.object, let kind = fields["kind"]?.string.flatMap({ ArtifactKind(rawValue: $0) }),
            let size = fields["size"]?.integer, size >= 0, let name = fields["oid"]?.string,
            name.hasPrefix("sha256:"), let oid = Digest(hex: name.dropFirst("sha256:".count))
        else { return nil }
        return Pointer(oid: oid, size: size, kind: kind)
    }

    private static func value(_ pointer: Pointer) -> JSONValue {
        .object([
            "kind": .string(pointer.kind.rawValue), "oid": .string("\(pointer.oid)"), "size": JSONValue(pointer.size),
        ])
    }
}
