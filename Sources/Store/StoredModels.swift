import ModelCore
import TensorFormats

/// The ONNX models of a tree in a store, which may say which tensors the files beside them hold.
struct StoredModels {
    private var known: [String: [ModelBeside]] = [:]
    private let files: [String: [TreeEntry]]

    /// Finds the models among the files of a tree.
    init(_ entries: [TreeEntry]) {
        let models = entries.filter { ModelBeside.isName($0.path.name) }
        files = Dictionary(grouping: models) { StoredModels.directory(of: $0) }
    }

    private static func directory(of entry: TreeEntry) -> String {
        String(entry.path.text.dropLast(entry.path.name.count))
    }

    /// Recognizes a file by the models in its directory, those whose bytes are here.
    mutating func recognition(
        of name: String,
        byteCount: Int64,
        beside entry: TreeEntry,
        in store: LocalStore
    ) -> Recognition {
        let directory = StoredModels.directory(of: entry)
        guard let entries = files[directory] else { return .unknown }
        if known[directory] == nil {
            known[directory] = entries.prefix(ModelBeside.maximumCount).map { model in
                ModelBeside(name: model.path.name, data: StoredModels.data(of: model, in: store))
            }
        }
        return ModelBeside.recognition(of: name, byteCount: byteCount, among: known[directory] ?? [])
    }

    private static func data(of model: TreeEntry, in store: LocalStore) -> ONNXExternalData? {
        guard model.size <= ModelBeside.maximumByteCount else { return nil }
        var reader = FrameReader(store)
        guard let map = try? store.maps(of: model.digest, size: model.size, reader: &reader).first else { return nil }
        return try? ONNXExternalData.of(ObjectBytes(map, in: store))
    }
}
