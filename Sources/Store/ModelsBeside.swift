import Synchronization
import SystemIO
import SystemPackage
import TensorFormats

/// The ONNX models in the directories of files that are cut, which may say which tensors these files hold.
///
/// The answer depends on the bytes of the model and on the name and size of the file alone. Models are read once, as
/// long as they and their directory stay as they are. For any number of threads.
final class ModelsBeside: Sendable {
    private static let maximumDirectoryCount = 64

    private struct Known {
        let status: FileStatus
        let models: [(model: ModelBeside, path: FilePath, status: FileStatus?)]
    }

    private let known = Mutex<[FilePath: Known]>([:])

    /// Recognizes a file by its bytes and its name, else by the first of the models beside it that has a layout for it.
    func recognition(of source: FileSource) throws(StoreError) -> Recognition {
        let name = source.path.lastComponent?.string ?? ""
        let own = try Recognition.of(source, named: name)
        guard case .unknown = own else { return own }
        return ModelBeside.recognition(
            of: name,
            byteCount: source.byteCount,
            among: models(in: source.path.removingLastComponent())
        )
    }

    private func models(in directory: FilePath) -> [ModelBeside] {
        known.withLock { known in
            guard let status = ModelsBeside.status(of: directory) else { return [] }
            if let before = known[directory], before.status == status,
                before.models.allSatisfy({ ModelsBeside.status(of: $0.path) == $0.status })
            {
                return before.models.map(\.model)
            }
            let models = ModelsBeside.read(directory)
            if known.count >= ModelsBeside.maximumDirectoryCount { known.removeAll() }
            known[directory] = Known(status: status, models: models)
            return models.map(\.model)
        }
    }

    private static func status(of path: FilePath) -> FileStatus? {
        do { return try FileStatus.of(path) } catch { return nil }
    }

    /// Reads the models of a directory; what cannot be read says nothing, for no file is refused for what lies beside
    /// it.
    private static func read(
        _ directory: FilePath
    ) -> [(model: ModelBeside, path: FilePath, status: FileStatus?)] {
        guard let entries = try? DirectoryEntry.readable(in: directory).entries else { return [] }
        let models = entries.filter { $0.kind == .regular && ModelBeside.isName($0.name) }
        return models.prefix(ModelBeside.maximumCount).map { entry in
            let path = directory.appending(entry.name)
            let status = status(of: path)
            return (ModelBeside(name: entry.name, data: data(of: path)), path, status)
        }
    }

    private static func data(of path: FilePath) -> ONNXExternalData? {
        guard let source = try? FileSource(path), source.byteCount <= ModelBeside.maximumByteCount else { return nil }
        return try? ONNXExternalData.of(source)
    }
}

/// An ONNX model that lies beside a file which may have some of its tensors.
struct ModelBeside: Sendable {
    /// The most bytes of a model that is read: one whose tensors are in another file is small.
    static let maximumByteCount: Int64 = 64 << 20
    /// The most models of a directory that are read, the first by the bytes of their names.
    static let maximumCount = 256

    let name: String
    /// `nil` where the model could not be read, or is too large.
    let data: ONNXExternalData?

    /// Whether a file is taken for a model by its name.
    static func isName(_ name: String) -> Bool { name.lowercased().hasSuffix(".onnx") }

    /// Recognizes a file by the first model that has a layout for it.
    static func recognition(of name: String, byteCount: Int64, among models: [ModelBeside]) -> Recognition {
        var found = Recognition.unknown
        for model in models {
            switch model.data?.recognition(of: name, byteCount: byteCount, from: model.name) {
            case .layout(let layout): return .layout(layout)
            case .opaque(let reason): if case .unknown = found { found = .opaque(reason: reason) }
            case .unknown, nil: continue
            }
        }
        return found
    }
}
