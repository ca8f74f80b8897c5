import ModelCore
import Registry
import Store
import TensorFormats

/// What the ONNX models of an artifact take and give, as their graphs say.
struct GraphSignature {
    /// The path of the model in the repository.
    let path: RepositoryPath
    /// What the graph was and is; `nil` where its bytes are not here, or are no ONNX model.
    let before: ModelSignature?, after: ModelSignature?

    /// Reads the models of an artifact that are others than they were, by their paths.
    static func changed(
        from earlier: PointerIndex.Entry,
        to later: PointerIndex.Entry,
        in store: LocalStore
    ) -> [GraphSignature] {
        let (old, new) = (models(of: earlier, in: store), models(of: later, in: store))
        return new.sorted { $0.key < $1.key }.compactMap { path, object in
            guard let before = old[path], before.oid != object.oid else { return nil }
            return GraphSignature(
                path: path,
                before: signature(of: before, in: store),
                after: signature(of: object, in: store)
            )
        }
    }

    /// Whether somebody who described the earlier model by its graph would have to do so again.
    var isOther: Bool { before != after }

    private static func models(of artifact: PointerIndex.Entry, in store: LocalStore) -> [RepositoryPath: Pointer] {
        let isModel = { (path: RepositoryPath) in path.name.lowercased().hasSuffix(".onnx") }
        guard artifact.pointer.kind == .tree else {
            return isModel(artifact.path) ? [artifact.path: artifact.pointer] : [:]
        }
        var reader = FrameReader(store)
        guard let listing = try? store.listing(artifact.pointer.oid, reader: &reader).tree else { return [:] }
        var models: [RepositoryPath: Pointer] = [:]
        for entry in listing.entries where entry.mode != .link && isModel(entry.path) {
            let path = artifact.path.appending(entry.path)
            models[path] = Pointer(oid: entry.digest, size: entry.size, kind: .file)
        }
        return models
    }

    private static func signature(of object: Pointer, in store: LocalStore) -> ModelSignature? {
        var reader = FrameReader(store)
        guard let map = try? store.maps(of: object.oid, size: object.size, reader: &reader).first,
            let found = try? ONNXSignature.of(ObjectBytes(map, in: store))
        else { return nil }
        return (try? found.get())?.withoutNamesOfDimensions
    }
}

extension ModelSignature {
    /// The same with any number of elements where a dimension has a name, which exporters choose anew.
    var withoutNamesOfDimensions: ModelSignature {
        func freed(_ values: [Value]) -> [Value] {
            values.map { value in
                let shape = value.shape?.map { (dimension: Dimension) -> Dimension in
                    if case .named = dimension { .free } else { dimension }
                }
                return Value(name: value.name, dtype: value.dtype, shape: shape)
            }
        }
        return ModelSignature(inputs: freed(inputs), outputs: freed(outputs))
    }

    /// Whether inputs and outputs have the same names as those of another, in whatever order.
    func hasNames(of other: ModelSignature) -> Bool {
        Set(inputs.map(\.name)) == Set(other.inputs.map(\.name))
            && Set(outputs.map(\.name)) == Set(other.outputs.map(\.name))
    }
}
