import ModelCore
import TestSupport

extension FuzzTarget {
    /// Encodings of ModelCore: bytes are refused, or are the one encoding of a value.
    static let encodings: [FuzzTarget] = [
        FuzzTarget(name: "pointer", seeds: golden("file.mver", "tree.mver")) { bytes in
            guard let pointer = try? Pointer(parsing: bytes) else { return }
            try require(pointer.encoded == bytes, "it is not the one encoding of \(pointer)")
        },
        FuzzTarget(name: "listing", seeds: golden("tree-listing") + Attack.listings) { bytes in
            guard let listing = accepted(bytes, { (bytes) throws(FormatError) in try TreeListing(parsing: bytes) })
            else { return }
            try require(listing.encoded == bytes, "it is not the one encoding of a listing")
        },
        FuzzTarget(name: "json", seeds: golden("machine-written.json") + Attack.json) { bytes in
            guard let value = try? JSONValue(parsing: bytes) else { return }
            try require(try JSONValue(parsing: value.encoded) == value, "it is written as another value")
        },
        FuzzTarget(
            name: "jsonpath",
            seeds: ["$.a['b c'][0][-1][*].*", "$[\"\\u00e9\\\"\"]", "$['\\", "$[99999999999999999999]"].map {
                Array($0.utf8)
            }
        ) { bytes in
            guard let path = try? JSONPath(String(decoding: bytes, as: UTF8.self)) else { return }
            try require(try JSONPath(path.text) == path, "it is another path")
            let value = JSONValue.object(["a": .array([.object(["b c": .array([.array([.null])])])])])
            let values = path.values(in: value)
            try require(!path.isSingular || values.count < 2, "it leads to several values")
        },
        FuzzTarget(name: "manifest", seeds: golden(manifests)) { bytes in
            guard let manifest = accepted(bytes, { (bytes) throws(FormatError) in try Manifest(parsing: bytes) })
            else { return }
            try require(manifest.encoded == bytes, "it is not the one encoding of a manifest")
            guard case .segments(let segments) = manifest.content else { return }
            try require(segments.reduce(0) { $0 + $1.byteCount } == manifest.size, "its segments do not tile it")
        },
        FuzzTarget(name: "manifest-part", seeds: golden("manifest-part.hex") + Attack.manifestParts) { bytes in
            // As much as the part that is the seed covers.
            let segments = accepted(bytes) { (bytes) throws(FormatError) in
                try Manifest.segments(ofPart: bytes, covering: 4_194_305)
            }
            guard let segments else { return }
            try require(Manifest.encodedPart(segments[...]) == bytes, "it is not the one encoding of a part")
        },
        FuzzTarget(name: "comparison", seeds: golden("comparison.hex")) { bytes in
            let part = accepted(bytes) { (bytes) throws(FormatError) in try ObjectComparison.Part(parsing: bytes) }
            // One that says to be of several parts is not encoded as one.
            guard let part, part.count == 1 else { return }
            try require(part.comparison.encodedParts() == [bytes], "it is not the one encoding of a comparison")
        },
        FuzzTarget(name: "text", seeds: Attack.texts) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            if let path = try? RepositoryPath(bytes: bytes) {
                try require(path.bytes == bytes, "it is another path")
                let parts = path.components
                try require(!parts.contains { ["", ".", ".."].contains($0) || $0.lowercased() == ".git" }, "\(parts)")
                try require(QuotedPath.decode(QuotedPath.encode(path.text)) == path.text, "it is quoted as another")
                _ = try? LinkTarget.check(bytes, at: path)
            }
            if let version = try? SemanticVersion(text) {
                try require("\(version)" == text || text.hasPrefix("v"), "it is another version")
                try require(version.precedes(version) == false, "it precedes itself")
            }
            _ = try? VersionQuery(text)
            if let trailers = try? VersionTrailers(parsing: text) {
                try require(try VersionTrailers(parsing: trailers.text) == trailers, "it is written as others")
            }
        },
    ]

    private static let manifests = ["inline", "opaque", "root", "tensors"].map { "manifest-\($0).hex" }

    private static func golden(_ names: String...) -> [[UInt8]] { golden(names) }

    private static func golden(_ names: [String]) -> [[UInt8]] {
        names.compactMap { try? GoldenFile.bytes($0, of: "ModelCoreTests") }
    }

    /// Returns what bytes, copied to where a sanitizer sees a read past the end, are parsed as.
    static func accepted<Value>(
        _ bytes: [UInt8],
        _ parse: (UnsafeRawBufferPointer) throws(FormatError) -> Value
    ) -> Value? {
        bytes.withUnsafeBytes { bytes in try? parse(bytes) }
    }
}
