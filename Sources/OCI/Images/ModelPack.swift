import Codec
package import ModelCore
import SystemIO
package import SystemPackage

/// A version as a ModelPack (CNCF model-spec): an artifact of one layer a file, each the file's own bytes.
package enum ModelPack {
    private static let formats = [
        "safetensors": "safetensors", "gguf": "gguf", "onnx": "onnx", "pt": "pytorch", "pth": "pytorch", "h5": "keras",
        "keras": "keras", "pb": "tensorflow", "tflite": "tflite", "joblib": "sklearn", "pkl": "pickle",
    ]

    /// Makes the artifact of files in a directory; nothing but links is read, for the listing has the digests.
    ///
    /// Throws `unsuitable` for a link that leads to no file of the release, as no layer can say that.
    package static func prepare(
        _ facts: ImageFacts,
        _ files: TreeListing,
        in directory: FilePath
    ) throws(OCIError) -> PreparedImage {
        var layers: [Descriptor] = []
        var contents: [Digest: BlobContent] = [:]
        for entry in files.entries {
            let file = try resolved(entry, files, in: directory)
            let content = BlobContent(directory.appending(file.path.text), byteCount: file.size)
            contents[file.digest] = content
            layers.append(layer(of: file, at: entry.path))
        }
        let config = CanonicalJSON.bytes(of: configuration(facts, layers))
        let digest = SHA256.digest(of: config)
        contents[digest] = BlobContent(config)
        let manifest = ImageManifest(
            artifactType: MediaType.modelPack,
            config: Descriptor(mediaType: MediaType.modelConfig, digest: digest, size: Int64(config.count)),
            layers: layers,
            annotations: facts.annotations
        )
        return PreparedImage(manifest: manifest, contents: contents)
    }

    private static func layer(of file: TreeEntry, at path: RepositoryPath) -> Descriptor {
        let metadata = JSONValue.object([
            "name": .string(path.text), "mode": JSONValue(file.mode == .executable ? 0o755 : 0o644),
            "uid": JSONValue(0),
            "gid": JSONValue(0), "size": JSONValue(file.size), "mtime": "1970-01-01T00:00:00Z",
            "typeflag": JSONValue(Int64(UInt8(ascii: "0"))),
        ])
        return Descriptor(
            mediaType: ModelFileKind(of: path.name).mediaType,
            digest: file.digest,
            size: file.size,
            annotations: [
                Annotation.filePath: path.text, Annotation.title: path.text, Annotation.isTypeUntested: "true",
                Annotation.fileMetadata: String(decoding: CanonicalJSON.bytes(of: metadata), as: UTF8.self),
            ]
        )
    }

    /// Returns the file that an entry is, or leads to.
    private static func resolved(
        _ entry: TreeEntry,
        _ files: TreeListing,
        in directory: FilePath
    ) throws(OCIError) -> TreeEntry {
        func file(at path: String) -> TreeEntry? { (try? RepositoryPath(path)).flatMap(files.entry(at:)) }
        let path: String?
        do {
            path = try SymbolicLink.destination(of: entry.path.text, below: directory) { path in
                file(at: path).map { $0.mode == .link }
            }
        } catch { throw .io(error) }
        if let file = path.flatMap(file(at:)) { return file }
        throw .unsuitable(
            "\(entry.path) is a link to no file of the version, which a ModelPack cannot have: "
                + "leave it out by patterns of the others, `--only` of an export or the key `paths` of a target"
        )
    }

    private static func configuration(_ facts: ImageFacts, _ layers: [Descriptor]) -> JSONValue {
        var about: [String: JSONValue] = [
            "name": .string(facts.name), "version": .string(facts.version), "revision": .string(facts.revision),
            "createdAt": .string(facts.time),
        ]
        about["licenses"] = facts.license.map { .array([.string($0)]) }
        about["title"] = facts.task.map { .string($0) }
        let weights = layers.filter { $0.mediaType == ModelFileKind.weight.mediaType }
        let endings = Set(
            weights.map { $0.annotations[Annotation.title]?.split(separator: ".").last.map(String.init) ?? "" }
        )
        let known = Set(endings.map { formats[$0.lowercased()] })
        var model: [String: JSONValue] = [:]
        if known.count == 1, case .some(.some(let format)) = known.first { model["format"] = .string(format) }
        return .object([
            "descriptor": .object(about), "config": .object(model),
            "modelfs": .object([
                "type": "layers", "diffIds": .array(layers.map { .string("\($0.digest)") }),
            ]),
        ])
    }
}
