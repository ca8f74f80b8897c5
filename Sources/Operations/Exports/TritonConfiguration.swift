import ModelCore

/// The `config.pbtxt` of an ONNX model in a repository of Triton Inference Server (its `model_config.proto`).
struct TritonConfiguration {
    private static let types = [
        "bool": "BOOL", "uint8": "UINT8", "uint16": "UINT16", "uint32": "UINT32", "uint64": "UINT64", "int8": "INT8",
        "int16": "INT16", "int32": "INT32", "int64": "INT64", "float16": "FP16", "float32": "FP32", "float64": "FP64",
        "bfloat16": "BF16", "string": "STRING",
    ]

    /// The model's name, which is that of its directory.
    let name: String
    let signature: ModelSignature

    /// The file's text; throws where Triton has no word for something.
    func text() throws -> String {
        var lines = ["name: \(TritonConfiguration.quoted(name))", "backend: \"onnxruntime\"", "max_batch_size: 0"]
        for (field, values) in [("input", signature.inputs), ("output", signature.outputs)] {
            guard !values.isEmpty else { throw Failure(.failed, "the signature of \(name) has no \(field)") }
            lines.append("\(field) [")
            let isInput = field == "input"
            lines.append(try values.map { try entry($0, isInput: isInput) }.joined(separator: ",\n"))
            lines.append("]")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func entry(_ value: ModelSignature.Value, isInput: Bool) throws -> String {
        let shown = QuotedPath.encode(value.name)
        guard let type = TritonConfiguration.types[value.dtype] else {
            throw Failure(.failed, "Triton has no type for \(shown) of \(name), which is \(value.dtype)")
        }
        guard let shape = value.shape else {
            throw Failure(
                .failed,
                "nothing says how many dimensions \(shown) of \(name) has",
                hints: ["say so: `git model describe --signature FILE`"]
            )
        }
        let sizes = try sizes(of: shape, shown, isInput: isInput)
        let fields = [
            "name: \(TritonConfiguration.quoted(value.name))", "data_type: TYPE_\(type)",
            "dims: [ \(sizes.joined(separator: ", ")) ]",
        ]
        return "  {\n" + fields.map { "    \($0)" }.joined(separator: "\n") + "\n  }"
    }

    /// Triton takes no dimension of 0, and, where batches are a dimension like others, no tensor without dimensions;
    /// one that a model gives is of one element there.
    private func sizes(of shape: [ModelSignature.Dimension], _ shown: String, isInput: Bool) throws -> [String] {
        guard !shape.isEmpty || !isInput else {
            throw Failure(
                .failed,
                "\(shown) of \(name) has no dimensions, and Triton takes no such input",
                hints: ["give it one in the graph, as [1]"]
            )
        }
        let sizes = try shape.map { dimension in
            guard case .fixed(let count) = dimension else { return "-1" }
            guard count > 0 else {
                throw Failure(.failed, "\(shown) of \(name) has a dimension of \(count), and Triton takes none")
            }
            return "\(count)"
        }
        return sizes.isEmpty ? ["1"] : sizes
    }

    /// Returns a text as protocol buffers' text format reads it.
    private static func quoted(_ text: String) -> String {
        let bytes = text.utf8.map { byte -> String in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): "\\" + String(UnicodeScalar(byte))
            case 0x20..<0x7F: String(UnicodeScalar(byte))
            default: "\\x" + Hexadecimal.string([byte])
            }
        }
        return "\"\(bytes.joined())\""
    }
}
