import Codec
package import ModelCore
package import SystemPackage

/// A version as an image with its files under `/models/`, for whatever runs or mounts images.
package struct PlainImage: Sendable {
    /// The directory of the files in the image.
    package static let directory = "/models"
    /// The port that a container listens on where its command wants one.
    package static let port = 8080
    /// Files from this size on are layers of their own, so that what did not change is not sent again.
    package static let ownLayerByteCount: Int64 = 64 << 20

    /// How many layers an image has at most, with those of its base: Docker takes 125, and an image made on this one
    /// needs some.
    static let layerLimit = 100

    /// What the image says of the version.
    package var facts: ImageFacts
    /// The image that it is made on.
    package var base: BaseImage?
    /// The words that start the container; none where the files are only mounted.
    package var entrypoint: [String] = []
    /// The digest of the ModelPack of the same version.
    package var modelPack: Digest?

    /// Creates the image of files alone.
    package init(_ facts: ImageFacts) { self.facts = facts }

    /// Makes the image; reads every file once, which blocks the calling thread.
    package func prepare(_ files: TreeListing, in directory: FilePath) throws(OCIError) -> PreparedImage {
        var config = base?.config ?? ImageConfig()
        var layers = base?.layers ?? []
        var contents: [Digest: BlobContent] = [:]
        for group in PlainImage.groups(of: files, on: layers.count) {
            let content = try LayerTar(group, in: directory, below: String(PlainImage.directory.dropFirst())).content
            let digest = try content.digest()
            contents[digest] = content
            layers.append(Descriptor(mediaType: MediaType.layer, digest: digest, size: content.byteCount))
            let what = group.count == 1 ? group[0].path.text : "\(group.count) files"
            config.add(layer: digest, by: "git-model: \(what)", at: facts.time)
        }
        complete(&config)
        let bytes = config.encoded
        let digest = SHA256.digest(of: bytes)
        contents[digest] = BlobContent(bytes)
        let manifest = ImageManifest(
            config: Descriptor(mediaType: MediaType.imageConfig, digest: digest, size: Int64(bytes.count)),
            layers: layers,
            annotations: annotations
        )
        return PreparedImage(manifest: manifest, contents: contents)
    }

    /// The variables that the container has; its own 127.0.0.1 is reached by nobody outside.
    package static let variables = [
        "GIT_MODEL_DIR": directory, "GIT_MODEL_HOST": "0.0.0.0", "GIT_MODEL_PORT": "\(port)",
    ]

    /// Returns the words of a serve command as they are in the container; `nil` where it listens at a Unix socket,
    /// which nobody outside could reach.
    package static func entrypoint(serving words: [String]) -> [String]? {
        guard !words.contains(where: { $0.contains("{socket}") }) else { return nil }
        return words.map { $0.replacing("{port}", with: "\(port)").replacing("{dir}", with: directory) }
    }

    /// Returns the files by layers: each large one alone, in the order of paths, then all others.
    ///
    /// Of more large files than there may be layers, on so many of a base, several that follow each other share one.
    static func groups(of files: TreeListing, on baseCount: Int = 0) -> [[TreeEntry]] {
        func isLarge(_ entry: TreeEntry) -> Bool { entry.mode != .link && entry.size >= ownLayerByteCount }
        let others = files.entries.filter { !isLarge($0) }
        let large = files.entries.filter(isLarge)
        let count = min(large.count, max(1, layerLimit - baseCount - (others.isEmpty ? 0 : 1)))
        let layers = (0..<count).map { layer in
            Array(large[layer * large.count / count..<(layer + 1) * large.count / count])
        }
        return layers + (others.isEmpty ? [] : [others])
    }

    private func complete(_ config: inout ImageConfig) {
        config.setCreated(facts.time)
        config.label(annotations)
        guard !entrypoint.isEmpty else { return }
        config.setEntrypoint(entrypoint)
        config.setDirectory(PlainImage.directory)
        for (name, value) in PlainImage.variables.sorted(by: { $0.key < $1.key }) { config.set(name, to: value) }
        config.expose(PlainImage.port)
    }

    private var annotations: [String: String] {
        var annotations = facts.annotations
        annotations[Annotation.modelPack] = modelPack.map { "\($0)" }
        if let base {
            // A path is another on every machine.
            if !base.name.hasPrefix("oci:") { annotations[Annotation.baseName] = base.name }
            annotations[Annotation.baseDigest] = "\(base.digest)"
        }
        return annotations
    }
}
