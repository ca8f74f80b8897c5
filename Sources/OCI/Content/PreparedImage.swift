package import ModelCore

/// A manifest with what it takes to put it somewhere.
package struct PreparedImage: Sendable {
    /// The manifest.
    package let manifest: ImageManifest
    /// The content of what is made here, by digest; what is missing comes from the base image.
    package let contents: [Digest: BlobContent]

    /// Creates an image.
    package init(manifest: ImageManifest, contents: [Digest: BlobContent]) {
        self.manifest = manifest
        self.contents = contents
    }
}
