import ModelCore
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
        FuzzTarget(name: "pickle of an archive", seeds: [PickleSample.small.file] + Attack.pytorch + Attack.zip) {
            bytes in
            let pickle = try ArchivedPickle.of(MemorySource(bytes))
            guard case .layout(let layout) = try Recognition.of(MemorySource(bytes), named: "a.pt"),
                layout.format == .pytorch
            else { return }
            try require(pickle == .read(warnings: layout.warnings), "who finds tensors finds other imports")
        },
        FuzzTarget(
            name: "arrays of objects",
            seeds: [NumPySample.small, NumPySample.archive.file] + Attack.npy + Attack.zip
        ) { bytes in
            _ = try PickledArrays.objection(to: MemorySource(bytes))
        },
        FuzzTarget(name: "external data of ONNX", seeds: [outside, ONNXSample.small] + Attack.onnx) { bytes in
            let data = try ONNXExternalData.of(MemorySource(bytes))
            for name in data.names.prefix(64) {
                for byteCount in [0, 8192, Int64.max] {
                    let recognition = data.recognition(of: name, byteCount: byteCount, from: "a.onnx")
                    try recognition.expectSound(byteCount: byteCount)
                }
            }
        },
        FuzzTarget(name: "signature of ONNX", seeds: [signed, ONNXSample.small] + Attack.onnx) { bytes in
            guard case .success(let signature) = try ONNXSignature.of(MemorySource(bytes)) else { return }
            try require(try ModelSignature(parsing: signature.json) == signature, "it is written as another signature")
        },
    ]

    /// A model of tensors in other files, which give their places in each way.
    private static let outside = ONNXSample.model(
        [
            ONNXSample.external("w", offset: nil, length: "24"), ONNXSample.external("w", offset: "24"),
            ONNXSample.external("w", offset: "4096", length: "24"), ONNXSample.external("v", offset: "8", length: "23"),
        ].flatMap { ONNXSample.bytes(5, ONNXSample.tensor("a", 1, [2, 3], $0)) }
    )

    /// A model with an input and an output.
    private static let signed = ONNXSample.model(
        ONNXSample.value(
            11,
            "x",
            ONNXSample.tensorType(1, [ONNXSample.dimension(named: "n"), ONNXSample.dimension(3)])
        )
            + ONNXSample.value(12, "y", ONNXSample.tensorType(7, []))
            + ONNXSample.value(12, "z", ONNXSample.bytes(4, []))
    )

    private static func tensorFile(_ name: String, _ seeds: [[UInt8]]) -> FuzzTarget {
        FuzzTarget(name: name, seeds: seeds) { bytes in
            let recognition = try Recognition.of(MemorySource(bytes), named: name)
            try recognition.expectSound(byteCount: Int64(bytes.count))
        }
    }
}
