import FuzzTargets
import TensorFormats
import Testing

struct DetectionTests {
    private static let hdf5: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

    @Test(arguments: [0, 512, 1024, 2048])
    func `HDF5 is opaque, behind a user's block too`(offset: Int) throws {
        let bytes = [UInt8](repeating: 0x20, count: offset) + Self.hdf5 + [0, 0]
        #expect(try Recognition.of(bytes: bytes, named: "model.h5").reason == "HDF5")
    }

    @Test(arguments: [
        ("a.safetensors", GGUFSample.small.file, TensorFormat.gguf), ("a", GGUFSample.small.file, .gguf),
        ("a.onnx", NumPySample.small, .npy), ("a.pt", NumPySample.archive.file, .npz),
        ("a.npy", PickleSample.small.file, .pytorch), ("pytorch_model.BIN", PickleSample.small.file, .pytorch),
        ("a.b.ONNX", ONNXSample.small, .onnx),
    ])
    func `A signature counts for more than the name`(name: String, bytes: [UInt8], format: TensorFormat) throws {
        #expect(try Recognition.of(bytes: bytes, named: name).layout.format == format)
    }

    @Test(arguments: [
        "a.pt", "a.bin", "a.pkl", "a.tar", "a.h5", "a.txt", "onnx", ".onnx.txt", "npz", "", ".", "a.",
    ])
    func `Text is unknown under most names`(name: String) throws {
        #expect(
            try Recognition.of(bytes: Array("version https://git-lfs.github.com/spec/v1\n".utf8), named: name)
                == .unknown
        )
    }

    @Test(arguments: [
        ("a.npz", "npz: it is no zip archive"), ("a.npy", "npy: it is no NumPy array"),
        ("a.gguf", "gguf: its magic number is missing"),
        ("a.safetensors", "safetensors: its header is longer than 100000000 bytes"),
        ("a.onnx", "onnx: a field's wire type is unknown"),
    ])
    func `A file that only its name gives a format is opaque and says why`(name: String, reason: String) throws {
        let bytes = Array("version https://git-lfs.github.com/spec/v1\n".utf8)
        #expect(try Recognition.of(bytes: bytes, named: name).reason == reason)
    }
}
