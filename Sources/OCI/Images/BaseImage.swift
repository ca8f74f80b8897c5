package import ModelCore

/// The image that another is made on: its configuration and layers are taken over.
package struct BaseImage: Sendable {
    /// What is taken of a list of images for several systems.
    package static let platform = "linux/amd64"

    /// Where it is, without tag and digest.
    package let name: String
    /// The digest that it was asked for by: that of a manifest, or of a list of them.
    package let digest: Digest
    /// The layers, the lowest first, with OCI's names for their types.
    package let layers: [Descriptor]
    /// The configuration.
    package let config: ImageConfig

    /// Reads the image of a digest from where it is; of a list, the one for `platform`.
    package init(_ digest: Digest, from store: any ImageStore) async throws(OCIError) {
        let place = store.description
        var document = try await store.manifest(.digest(digest))
        if [MediaType.index, MediaType.dockerIndex].contains(document.mediaType) {
            let chosen = try BaseImage.choice(of: document, at: place)
            document = try await store.manifest(.digest(chosen))
        }
        let manifest: ImageManifest
        do { manifest = try ImageManifest(parsing: document.bytes) } catch { throw OCIError(error, at: place) }
        guard MediaType.standard(manifest.config.mediaType) == MediaType.imageConfig else {
            throw .unsuitable("\(place)@\(digest) is no image that a container could be started from")
        }
        let bytes = try await store.bytes(of: manifest.config, limit: ImageConfig.byteLimit)
        do { config = try ImageConfig(parsing: bytes) } catch { throw OCIError(error, at: place) }
        guard config.layers.count == manifest.layers.count else {
            throw .malformed(place: place, what: "the image \(digest) has other layers than its configuration says")
        }
        name = place
        self.digest = digest
        layers = manifest.layers.map { layer in
            var layer = Descriptor(
                mediaType: MediaType.standard(layer.mediaType),
                digest: layer.digest,
                size: layer.size
            )
            layer.annotations = [:]
            return layer
        }
    }

    private static func choice(of document: ManifestDocument, at place: String) throws(OCIError) -> Digest {
        do throws(FormatError) {
            let entries = try JSONValue(parsing: document.bytes).object?["manifests"]?.array ?? []
            let manifests = try entries.map { (entry) throws(FormatError) in try Descriptor(parsing: entry) }
            if let found = manifests.first(where: { $0.platform == platform }) { return found.digest }
        } catch { throw OCIError(error, at: place) }
        throw .missing(place: place, what: "image for \(platform) in the list \(document.digest)")
    }
}
