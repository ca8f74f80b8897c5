package import ModelCore

/// What a manifest says of some content: its type, digest and size (OCI image-spec 1.1, "Descriptor").
package struct Descriptor: Sendable, Hashable {
    /// What the content is.
    package var mediaType: String
    /// The content's SHA-256.
    package let digest: Digest
    /// The content's size in bytes.
    package let size: Int64
    /// What else is said of it.
    package var annotations: [String: String] = [:]
    /// What a manifest is, where it is no image.
    package var artifactType: String?
    /// The system that an image is for, as `linux/amd64`; `nil` where nothing is said.
    package private(set) var platform: String?

    /// Creates a descriptor.
    package init(mediaType: String, digest: Digest, size: Int64, annotations: [String: String] = [:]) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.annotations = annotations
    }

    /// Reads a descriptor; throws `FormatError` for one without a type, with another digest than SHA-256, or an
    /// impossible size.
    package init(parsing value: JSONValue?) throws(FormatError) {
        guard let fields = value?.object, let type = fields["mediaType"]?.string else {
            throw Descriptor.malformed("a descriptor has no media type")
        }
        guard let digest = fields["digest"]?.string.flatMap(Digest.init(reference:)) else {
            throw Descriptor.malformed("a descriptor has no sha256 digest")
        }
        guard let size = fields["size"]?.integer, size >= 0 else {
            throw Descriptor.malformed("a descriptor has no size")
        }
        guard let annotations = CanonicalJSON.texts(in: fields["annotations"]) else {
            throw Descriptor.malformed("an annotation is no text")
        }
        mediaType = type
        self.digest = digest
        self.size = size
        self.annotations = annotations
        artifactType = fields["artifactType"]?.string
        if let place = fields["platform"]?.object, let system = place["os"]?.string {
            platform = "\(system)/\(place["architecture"]?.string ?? "")"
        }
    }

    /// The descriptor as manifests have it.
    package var json: JSONValue {
        var fields: [String: JSONValue] = [
            "mediaType": .string(mediaType), "digest": .string("\(digest)"), "size": JSONValue(size),
        ]
        fields["annotations"] = CanonicalJSON.texts(annotations)
        fields["artifactType"] = artifactType.map { .string($0) }
        if let parts = platform?.split(separator: "/", omittingEmptySubsequences: false), parts.count == 2 {
            fields["platform"] = .object(["os": .string(String(parts[0])), "architecture": .string(String(parts[1]))])
        }
        return .object(fields)
    }

    private static func malformed(_ what: String) -> FormatError { FormatError("manifest", .malformed(what)) }
}

extension Digest {
    /// Reads `sha256:` and 64 lowercase digits; `nil` for anything else.
    package init?(reference text: some StringProtocol) {
        guard text.hasPrefix("sha256:") else { return nil }
        self.init(hex: text.dropFirst("sha256:".count))
    }
}
