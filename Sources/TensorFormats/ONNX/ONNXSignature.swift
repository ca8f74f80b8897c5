package import ModelCore

/// What an ONNX model takes and gives, as its graph says.
///
/// Source: `onnx/onnx.proto` of https://github.com/onnx/onnx: `GraphProto.input` and `output`, which are
/// `ValueInfoProto`s. Inputs that are initializers, too, are weights with a default value, as all were before version 4
/// of the format, and are left out.
package enum ONNXSignature {
    /// The most inputs, or outputs; a description holds them.
    private static let maximumValueCount = 1024
    private static let maximumNameByteCount = 1024

    /// Reads the signature of a model, whatever surrounds it in the file; its weights are not read.
    ///
    /// Throws what the source throws; a file that is no ONNX model is a failure with the reason, fit to print.
    package static func of<Source: ByteSource & ~Copyable>(
        _ source: borrowing Source
    ) throws(Source.Failure) -> Result<ModelSignature, FormatError> {
        try FileBytes.parse(source, result)
    }

    private static func result(of file: FileBytes) -> Result<ModelSignature, FormatError> {
        do throws(Refusal) {
            return .success(try signature(of: file))
        } catch .odd(let reason) {
            return .failure(FormatError("ONNX model", .malformed(reason)))
        } catch {
            return .failure(FormatError("ONNX model", .truncated))
        }
    }

    private static func signature(of file: FileBytes) throws(Refusal) -> ModelSignature {
        var model = ProtocolBuffer(FileCursor(file))
        var graph: ProtocolBuffer?
        while let (field, value) = try model.next() {
            guard field == 7 else { continue }
            guard case .bytes(let range) = value else { throw .odd("a field is of another type") }
            guard graph == nil else { throw .odd("it has two graphs") }
            graph = model.message(range)
        }
        guard let graph else { throw .odd("it has no graph") }
        let inputs = try values(11, of: graph)
        let weights = try initializers(of: graph, among: Set(inputs.map(\.name)))
        return ModelSignature(
            inputs: inputs.filter { !weights.contains($0.name) },
            outputs: try values(12, of: graph)
        )
    }

    /// Reads the values of one field of a graph.
    private static func values(_ wanted: UInt64, of graph: ProtocolBuffer) throws(Refusal) -> [ModelSignature.Value] {
        var fields = graph
        var values: [ModelSignature.Value] = []
        var names: Set<String> = []
        while let (field, value) = try fields.next() {
            guard field == wanted else { continue }
            guard case .bytes(let range) = value else { throw .odd("a field is of another type") }
            let found = try readValue(fields.message(range))
            guard names.insert(found.name).inserted else { throw .odd("the name \(found.name.quoted) occurs twice") }
            guard values.count < maximumValueCount else {
                throw .odd("it has more than \(maximumValueCount) inputs or outputs")
            }
            values.append(found)
        }
        return values
    }

    /// Returns which of the names are those of initializers, dense or sparse.
    private static func initializers(
        of graph: ProtocolBuffer,
        among names: Set<String>
    ) throws(Refusal) -> Set<String> {
        var fields = graph
        var found: Set<String> = []
        while let (field, value) = try fields.next() {
            guard field == 5 || field == 15, case .bytes(let range) = value else { continue }
            var tensor = fields.message(range)
            if field == 15 {
                guard let values = try tensor.first(1) else { continue }
                tensor = tensor.message(values)
            }
            guard let text = try tensor.first(8), text.count <= maximumNameByteCount else { continue }
            let name = try tensor.text(text, atMost: maximumNameByteCount)
            if names.contains(name) { found.insert(name) }
        }
        return found
    }

    /// Reads a `ValueInfoProto`.
    private static func readValue(_ message: ProtocolBuffer) throws(Refusal) -> ModelSignature.Value {
        var fields = message
        var name = ""
        var type: (dtype: String, shape: [ModelSignature.Dimension]?) = ("unknown", nil)
        while let (field, value) = try fields.next() {
            switch (field, value) {
            case (1, .bytes(let range)): name = try fields.text(range, atMost: maximumNameByteCount)
            case (2, .bytes(let range)): type = try readType(fields.message(range))
            case (1, _), (2, _): throw .odd("a field of a value is of another type")
            default: continue
            }
        }
        return ModelSignature.Value(name: name, dtype: type.dtype, shape: type.shape)
    }

    /// Reads a `TypeProto`; of what is no tensor only the kind is told.
    private static func readType(
        _ message: ProtocolBuffer
    ) throws(Refusal) -> (dtype: String, shape: [ModelSignature.Dimension]?) {
        var fields = message
        while let (field, value) = try fields.next() {
            guard case .bytes(let range) = value else { continue }
            switch field {
            case 1, 8: return try readTensorType(fields.message(range))
            case 4: return ("sequence", nil)
            case 5: return ("map", nil)
            case 9: return ("optional", nil)
            default: continue
            }
        }
        return ("unknown", nil)
    }

    /// Reads a `TypeProto.Tensor`, or one of a sparse tensor, which has the same fields.
    private static func readTensorType(
        _ message: ProtocolBuffer
    ) throws(Refusal) -> (dtype: String, shape: [ModelSignature.Dimension]?) {
        var fields = message
        var dtype = "unknown"
        var shape: [ModelSignature.Dimension]?
        while let (field, value) = try fields.next() {
            switch (field, value) {
            case (1, .varint(let number)): dtype = types[number] ?? "unknown"
            case (2, .bytes(let range)): shape = try readShape(fields.message(range))
            case (1, _), (2, _): throw .odd("a field of a type is of another type")
            default: continue
            }
        }
        return (dtype, shape)
    }

    /// Reads a `TensorShapeProto`.
    private static func readShape(_ message: ProtocolBuffer) throws(Refusal) -> [ModelSignature.Dimension] {
        var fields = message
        var shape: [ModelSignature.Dimension] = []
        while let (field, value) = try fields.next() {
            guard field == 1 else { continue }
            guard case .bytes(let range) = value else { throw .odd("a dimension is of another type") }
            guard shape.count < TensorLayout.maximumRank else { throw .odd("a value has too many dimensions") }
            shape.append(try readDimension(fields.message(range)))
        }
        return shape
    }

    private static func readDimension(_ message: ProtocolBuffer) throws(Refusal) -> ModelSignature.Dimension {
        var fields = message
        var dimension = ModelSignature.Dimension.free
        while let (field, value) = try fields.next() {
            switch (field, value) {
            case (1, .varint(let number)):
                // Exporters write -1 for what may be any number.
                let count = Int64(bitPattern: number)
                dimension = count < 0 ? .free : .fixed(count)
            case (2, .bytes(let range)):
                let name = try fields.text(range, atMost: maximumNameByteCount)
                dimension = name.isEmpty ? .free : .named(name)
            case (1, _), (2, _): throw .odd("a dimension is of another type")
            default: continue
            }
        }
        return dimension
    }

    /// `TensorProto.DataType`, in the words of NumPy and of its extension ml_dtypes.
    private static let types: [UInt64: String] = [
        1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "string", 9: "bool",
        10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128", 16: "bfloat16",
        17: "float8_e4m3fn", 18: "float8_e4m3fnuz", 19: "float8_e5m2", 20: "float8_e5m2fnuz", 21: "uint4", 22: "int4",
        23: "float4_e2m1fn", 24: "float8_e8m0fnu", 25: "uint2", 26: "int2",
    ]
}

extension ProtocolBuffer {
    /// Returns where the first field of that number is, if it is a message or text; `nil` where there is none.
    fileprivate func first(_ wanted: UInt64) throws(Refusal) -> Range<Int64>? {
        var fields = self
        while let (field, value) = try fields.next() {
            if field == wanted, case .bytes(let range) = value { return range }
        }
        return nil
    }
}
