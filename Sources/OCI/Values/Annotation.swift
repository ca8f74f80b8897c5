/// Keys of annotations and labels (OCI image-spec 1.1, "Pre-Defined Annotation Keys"; CNCF model-spec).
package enum Annotation {
    private static let standard = "org.opencontainers.image."

    /// The name by which an index knows a manifest.
    package static let referenceName = standard + "ref.name"
    /// What a layer is called; where a runtime puts it.
    package static let title = standard + "title"
    /// When it was made.
    package static let created = standard + "created"
    /// The version.
    package static let version = standard + "version"
    /// The commit.
    package static let revision = standard + "revision"
    /// The licences, as SPDX spells them.
    package static let licenses = standard + "licenses"
    /// The image that this one is made on, and its digest.
    package static let baseName = standard + "base.name", baseDigest = standard + "base.digest"
    /// Where a ModelPack's layer goes.
    package static let filePath = "org.cncf.model.filepath"
    /// What a ModelPack's file was like.
    package static let fileMetadata = "org.cncf.model.file.metadata+json"
    /// Whether a layer's type is guessed by the file's name.
    package static let isTypeUntested = "org.cncf.model.file.mediatype.untested"
    /// The ModelPack of the same version, by its digest.
    package static let modelPack = "git-model.modelpack.digest"
    /// The listing of the release's files, by its SHA-256.
    package static let release = "git-model.release.digest"
}
