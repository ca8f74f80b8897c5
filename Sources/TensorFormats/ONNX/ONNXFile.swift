import ModelCore

/// An ONNX model: a protocol buffer in which each initializer may carry its elements as raw bytes.
///
/// Source: `onnx/onnx.proto` and `docs/ExternalData.md` of https://github.com/onnx/onnx. Tensors are the initializers
/// of the graph and of the graphs nested in it, and named tensors of attributes, as far as they have `raw_data`. What
/// another file holds is only noted: its name comes from a file that may be hostile, and nobody opens it here. Whoever
/// has that file asks `ONNXExternalData`.
struct ONNXFile {
    /// Each nested graph takes three levels: graph, node, attribute.
    private static let maximumDepth = 64
    private static let maximumListedLocationCount = 8

    private var tensors: [Tensor] = []
    private var locations: Set<String> = []
    private var externalCount = 0
    private var hasGraph = false
    /// What the model says of the files beside it, where that is asked for.
    private var external: ONNXExternalData?

    static func layout(of file: FileBytes) throws(Refusal) -> TensorLayout {
        let parser = try ONNXFile(reading: file, external: nil)
        return try TensorLayout(.onnx, of: file, tensors: parser.tensors, notes: parser.notes)
    }

    /// Returns what a model says of the files beside it.
    static func externalData(of file: FileBytes) throws(Refusal) -> ONNXExternalData {
        try ONNXFile(reading: file, external: ONNXExternalData()).external ?? ONNXExternalData()
    }

    private init(reading file: FileBytes, external: ONNXExternalData?) throws(Refusal) {
        self.external = external
        try visit(ProtocolBuffer(FileCursor(file)), as: .model, depth: 0)
        guard hasGraph else { throw .odd("it has no graph") }
    }

    private var notes: [String] {
        guard externalCount > 0 else { return [] }
        let names = locations.sorted().prefix(ONNXFile.maximumListedLocationCount).map(\.quoted)
        let more = locations.count > names.count ? " and others" : ""
        return ["\(externalCount) tensors are in the external data \(names.joined(separator: ", "))\(more)"]
    }

    /// The messages that lead to tensors.
    private enum Message {
        case model, graph, node, attribute, function, training, sparse

        /// Returns what a field is; `nil` for one that leads to no tensor.
        func child(_ field: UInt64) -> Child? {
            switch (self, field) {
            case (.model, 7): .message(.graph)
            case (.model, 20): .message(.training)
            case (.model, 25): .message(.function)
            case (.graph, 1), (.function, 7): .message(.node)
            case (.graph, 5): .tensor
            case (.graph, 15): .message(.sparse)
            case (.node, 5), (.function, 11): .message(.attribute)
            case (.attribute, 5), (.attribute, 10), (.sparse, 1), (.sparse, 2): .tensor
            case (.attribute, 6), (.attribute, 11), (.training, 1), (.training, 2): .message(.graph)
            case (.attribute, 22), (.attribute, 23): .message(.sparse)
            default: nil
            }
        }
    }

    private enum Child {
        case message(Message)
        case tensor
    }

    private mutating func visit(_ fields: ProtocolBuffer, as message: Message, depth: Int) throws(Refusal) {
        guard depth < ONNXFile.maximumDepth else { throw .odd("its graphs are nested too deeply") }
        var buffer = fields
        while let (field, value) = try buffer.next() {
            guard let child = message.child(field) else { continue }
            guard case .bytes(let range) = value else { throw .odd("a field is of another type") }
            switch child {
            case .message(let message):
                if case .graph = message { hasGraph = true }
                try visit(buffer.message(range), as: message, depth: depth + 1)
            case .tensor: try add(try ONNXTensor(buffer.message(range)))
            }
        }
    }

    private mutating func add(_ tensor: ONNXTensor) throws(Refusal) {
        if let location = tensor.location {
            externalCount += 1
            // The notes name a few; more would let a file claim memory.
            if locations.count <= ONNXFile.maximumListedLocationCount { locations.insert(location) }
            try external?.add(tensor, at: location)
        }
        guard let tensor = try tensor.placed() else { return }
        guard tensors.count < TensorLayout.maximumTensorCount else {
            throw .odd("it has more than \(TensorLayout.maximumTensorCount) tensors")
        }
        tensors.append(tensor)
    }
}
