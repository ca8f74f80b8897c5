/// Tells by its name whether a file holds weights.
enum WeightFile {
    private static let suffixes = [
        ".safetensors", ".gguf", ".pt", ".pth", ".bin", ".onnx", ".h5", ".keras", ".npz", ".npy", ".ckpt", ".pkl",
        ".joblib",
        ".tflite", ".pb", ".msgpack",
    ]

    /// Returns whether files of this name usually hold weights.
    static func isLikely(_ name: String) -> Bool { suffixes.contains { name.lowercased().hasSuffix($0) } }
}
