import FoundationEssentials
import ModelCore
import TensorFormats
import TestSupport
import Testing

/// Files as the formats' own libraries write them, and what those libraries find in them.
@Suite struct ReferenceTests {
    /// What a library found in one of its files.
    private struct Expected: Decodable {
        struct Tensor: Decodable, Equatable {
            let name: String
            let dtype: String
            let shape: [Int64]
            let offset: Int64
            let length: Int64
        }

        let tensors: [Tensor]
        /// `nil` where the file has to be opaque.
        let layout: String?
        /// The model beside the file that has these tensors in it.
        let model: String?
        /// Why the file is opaque.
        let reason: String?
        /// `nil` where anything may be told.
        let warnings: [String]?
        let notes: [String]?
    }

    /// The project's own; Debian's PyTorch is for the system's Python, and a long run also asks PyPI's newest, which is
    /// large.
    private static let environment = "\(PackageFiles.root)/.build-venv/bin/python"

    private static let references = [
        ("with_safetensors.py", environment), ("with_gguf.py", environment), ("with_numpy.py", environment),
        ("with_onnx.py", environment), ("with_torch.py", "/usr/bin/python3"),
    ]

    @Test(arguments: references + (Soak.isOn ? [("with_torch.py", environment)] : []))
    func `We find what the reference library finds`(script: String, python: String) async throws {
        let scratch = try await ScratchRepository(initialized: false)
        let path = "\(PackageFiles.root)/Tests/InteropTests/References/\(script)"
        try await scratch.run("PYTHONDONTWRITEBYTECODE=1 exec \(python) '\(path)' .").expectSuccess()
        let expected = try JSONDecoder().decode([String: Expected].self, from: Data(try scratch.read("expected.json")))
        #expect(!expected.isEmpty)
        for (file, expected) in expected.sorted(by: { $0.key < $1.key }) {
            let contents = FileContents(bytes: try scratch.read(file))
            var recognition = Recognition.of(contents, named: file)
            if let model = expected.model {
                #expect(recognition == .unknown, "\(file)")
                let data = ONNXExternalData.of(FileContents(bytes: try scratch.read(model)))
                recognition = data.recognition(of: file, byteCount: contents.byteCount, from: model)
            }
            compare(recognition, with: expected, file)
        }
    }

    private func compare(_ recognition: Recognition, with expected: Expected, _ file: String) {
        switch recognition {
        case .layout(let layout):
            let found = layout.tensors.map {
                Expected.Tensor(
                    name: $0.name,
                    dtype: $0.type.name,
                    shape: $0.shape,
                    offset: $0.range.isEmpty ? 0 : $0.range.lowerBound,
                    length: Int64($0.range.count)
                )
            }.sorted { $0.offset < $1.offset }
            #expect(found == expected.tensors, "\(file)")
            #expect(layout.format.rawValue == expected.layout, "\(file)")
            #expect(expected.warnings == nil || layout.warnings == expected.warnings, "\(file): \(layout.warnings)")
            #expect(expected.notes == nil || layout.notes == expected.notes, "\(file): \(layout.notes)")
        case .opaque(let reason): #expect(reason == expected.reason, "\(file)")
        case .unknown: Issue.record("\(file) is not recognized")
        }
    }
}

/// A file in memory.
private struct FileContents: ByteSource {
    let bytes: [UInt8]

    var byteCount: Int64 { Int64(bytes.count) }

    func read(_ range: Range<Int64>) throws(Never) -> [UInt8] {
        Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
    }
}
