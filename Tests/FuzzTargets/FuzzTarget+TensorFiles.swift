import TensorFormats

extension FuzzTarget {
    /// The tensor formats: whatever the bytes, an answer, and a sound one.
    static let tensorFiles: [FuzzTarget] = [
        tensorFile("a.safetensors", [SafetensorsSample.small] + Attack.safetensors),
        tensorFile("a.gguf", [GGUFSample.small.file] + Attack.gguf),
        tensorFile("a.npy", [NumPySample.small] + Attack.npy),
        tensorFile("a.npz", [NumPySample.archive.file] + Attack.zip),
        tensorFile("a.pt", [PickleSample.small.file] + Attack.pytorch),
        tensorFile("a.onnx", [ONNXSample.small] + Attack.onnx),
    ]

    private static func tensorFile(_ name: String, _ seeds: [[UInt8]]) -> FuzzTarget {
        FuzzTarget(name: name, seeds: seeds) { bytes in
            let recognition = try Recognition.of(MemorySource(bytes), named: name)
            try recognition.expectSound(byteCount: Int64(bytes.count))
        }
    }
}
