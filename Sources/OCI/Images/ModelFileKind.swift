/// What a file of a model is, by its name, as ModelPack sorts them.
package enum ModelFileKind: String, Sendable, CaseIterable {
    case weight
    case weightConfig = "weight.config"
    case document = "doc"
    case code
    case dataset

    private static let kinds: [String: ModelFileKind] = {
        let endings: [ModelFileKind: String] = [
            .weight:
                "safetensors gguf ggml onnx pt pth bin ckpt h5 hdf5 keras pb tflite npz npy pkl joblib msgpack engine",
            .weightConfig: "json yaml yml toml ini cfg jinja model pbtxt vocab spm tiktoken",
            .document: "md rst txt pdf html",
            .code: "py ipynb sh c h cc cpp cu rs go js ts jl r swift java scala lua",
            .dataset: "csv tsv jsonl parquet arrow",
        ]
        return endings.reduce(into: [:]) { kinds, item in
            for ending in item.value.split(separator: " ") { kinds[String(ending)] = item.key }
        }
    }()
    private static let names: [String: ModelFileKind] = [
        "license": .document, "notice": .document, "readme": .document, "dockerfile": .code, "makefile": .code,
        "requirements.txt": .code, "vocab.txt": .weightConfig, "merges.txt": .weightConfig, "labels.txt": .weightConfig,
    ]

    /// Sorts a file by its name; one that nothing is known of is a weight.
    package init(of name: String) {
        let name = name.lowercased()
        let ending = name.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        self = ModelFileKind.names[name] ?? (ending == name ? nil : ModelFileKind.kinds[ending]) ?? .weight
    }

    /// The media type of a layer that is such a file's bytes.
    package var mediaType: String { "application/vnd.cncf.model.\(rawValue).v1.raw" }
}
