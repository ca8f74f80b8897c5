import Codec
package import ModelCore

/// A manifest: a configuration and layers (OCI image-spec 1.1, "Image Manifest").
package struct ImageManifest: Sendable, Hashable {
    /// The most bytes that a manifest may have: what registries take.
    package static let byteLimit = 4 << 20

    /// What it is, where it is no image.
    package var artifactType: String?
    /// The configuration.
    package var config: Descriptor
    /// The layers, the lowest first.
    package var layers: [Descriptor]
    /// What else is said of it.
    package var annotations: [String: String] = [:]

    /// Creates a manifest.
    package init(
        artifactType: String? = nil,
        config: Descriptor,
        layers: [Descriptor],
        annotations: [String: String] = [:]
    ) {
        self.artifactType = artifactType
        self.config = config
        self.layers = layers
        self.annotations = annotations
    }

    /// Reads a manifest; throws `FormatError` for anything else, a list of manifests too.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        guard bytes.count <= ImageManifest.byteLimit, let fields = try JSONValue(parsing: bytes).object else {
            throw ImageManifest.malformed("it is no JSON object of at most \(ImageManifest.byteLimit) bytes")
        }
        guard fields["schemaVersion"]?.integer == 2, let layers = fields["layers"]?.array else {
            throw ImageManifest.malformed("it has no layers")
        }
        guard let annotations = CanonicalJSON.texts(in: fields["annotations"]) else {
            throw ImageManifest.malformed("an annotation is no text")
        }
        artifactType = fields["artifactType"]?.string
        config = try Descriptor(parsing: fields["config"])
        self.layers = try layers.map { (layer) throws(FormatError) in try Descriptor(parsing: layer) }
        self.annotations = annotations
    }

    /// The manifest's bytes.
    package var encoded: [UInt8] {
        var fields: [String: JSONValue] = [
            "schemaVersion": JSONValue(2), "mediaType": .string(MediaType.manifest), "config": config.json,
            "layers": .array(layers.map(\.json)),
        ]
        fields["artifactType"] = artifactType.map { .string($0) }
        fields["annotations"] = CanonicalJSON.texts(annotations)
        return CanonicalJSON.bytes(of: .object(fields))
    }

    /// What is said of the manifest itself.
    package var descriptor: Descriptor {
        let bytes = encoded
        var descriptor = Descriptor(
            mediaType: MediaType.manifest,
            digest: SHA256.digest(of: bytes),
            size: Int64(bytes.count)
        )
        descriptor.artifactType = artifactType
        return descriptor
    }

    /// The configuration and the layers, each content once.
    package var blobs: [Descriptor] {
        var seen: Set<Digest> = []
        return ([config] + layers).filter { seen.insert($0.digest).inserted }
    }

    private static func malformed(_ what: String) -> FormatError { FormatError("manifest", .malformed(what)) }
}
