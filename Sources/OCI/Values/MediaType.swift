/// The media types of what registries hold (OCI image-spec 1.1, CNCF model-spec).
package enum MediaType {
    /// A manifest.
    package static let manifest = "application/vnd.oci.image.manifest.v1+json"
    /// A list of manifests.
    package static let index = "application/vnd.oci.image.index.v1+json"
    /// The configuration of an image that runs as a container.
    package static let imageConfig = "application/vnd.oci.image.config.v1+json"
    /// A layer of an image, as a tar that is not compressed.
    package static let layer = "application/vnd.oci.image.layer.v1.tar"
    /// What a ModelPack's manifest calls itself.
    package static let modelPack = "application/vnd.cncf.model.manifest.v1+json"
    /// The configuration of a ModelPack.
    package static let modelConfig = "application/vnd.cncf.model.config.v1+json"
    /// Docker's manifest.
    package static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    /// Docker's list of manifests.
    package static let dockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json"

    /// What may stand for a manifest, in the order in which it is asked for.
    package static let manifests = [manifest, index, dockerManifest, dockerIndex]

    private static let dockerNames = [
        dockerManifest: manifest,
        dockerIndex: index,
        "application/vnd.docker.container.image.v1+json": imageConfig,
        "application/vnd.docker.image.rootfs.diff.tar": layer,
        "application/vnd.docker.image.rootfs.diff.tar.gzip": layer + "+gzip",
        "application/vnd.docker.image.rootfs.diff.tar.zstd": layer + "+zstd",
    ]

    /// Returns OCI's name of a type that Docker has one of its own for; another as it is.
    package static func standard(_ type: String) -> String { dockerNames[type] ?? type }
}
