import ModelCore

/// What `torch.save` writes since PyTorch 1.6: a zip archive with a pickle, and a member for each storage.
///
/// Source: `torch/serialization.py` (`_save`) and `caffe2/serialize/inline_container.cc` of
/// https://github.com/pytorch/pytorch. Members are `<root>/data.pkl`, `<root>/data/<key>`, and where there is one
/// `<root>/byteorder`. Tensors may share a storage and overlap in it, so that a storage is one tensor here. Where the
/// pickle is not understood storages keep the names of their members, and have no type.
enum PyTorchFile {
    private static let pickleSuffix = "/data.pkl"
    private static let warningPrefix = "its pickle "
    private static let maximumListedImportCount = 20

    /// Whether an archive is one of PyTorch's.
    static func isArchive(_ directory: ZipDirectory) -> Bool {
        directory.entries.contains { isPickle($0.name) }
    }

    /// PyTorch's own reader takes members by their names in any case.
    private static func isPickle(_ name: String) -> Bool { name.lowercased().hasSuffix(pickleSuffix) }

    static func layout(of file: FileBytes, _ directory: ZipDirectory) throws(Refusal) -> TensorLayout {
        let zip = try ZipArchive(file, directory)
        let (root, pickle) = try pickle(in: zip, of: file)
        try checkByteOrder(zip.members.first { $0.name == root + "byteorder" }, in: file)
        return try TensorLayout(
            .pytorch,
            of: file,
            tensors: try tensors(of: zip, root: root, storages: try PyTorchTensors(pickle).storages),
            warnings: warnings(pickle),
            imports: pickle.imports.sorted()
        )
    }

    /// Returns what loading the archive would import beside PyTorch's own, whatever is odd about its storages.
    static func warnings(of file: FileBytes, _ directory: ZipDirectory) throws(Refusal) -> [String] {
        let zip = try ZipArchive(file, directory)
        return warnings(try pickle(in: zip, of: file).contents)
    }

    /// Reads the only pickle, whose directory is the root of the archive.
    private static func pickle(
        in zip: ZipArchive,
        of file: FileBytes
    ) throws(Refusal) -> (root: String, contents: PickleContents) {
        let pickles = zip.members.filter { isPickle($0.name) }
        guard let member = pickles.first, pickles.count == 1 else { throw .odd("it has several members data.pkl") }
        guard member.isStored, Int64(member.range.count) <= PickleMachine.maximumByteCount else {
            throw .odd("its data.pkl is compressed or longer than \(PickleMachine.maximumByteCount) bytes")
        }
        let bytes = try file.read(Int64(member.range.count), at: member.range.lowerBound, "its data.pkl")
        return (String(member.name.dropLast(pickleSuffix.count)) + "/", PickleMachine.contents(of: bytes))
    }

    private static func checkByteOrder(_ member: ZipMember?, in file: FileBytes) throws(Refusal) {
        guard let member else { return }
        guard member.isStored, member.range.count <= 16 else { throw .odd("its byte order is not known") }
        let order = try file.read(Int64(member.range.count), at: member.range.lowerBound, "its byte order")
        guard order.elementsEqual("little".utf8) else {
            throw .odd(order.elementsEqual("big".utf8) ? "its numbers are big-endian" : "its byte order is not known")
        }
    }

    /// Returns a tensor for each member that is a storage.
    private static func tensors(
        of zip: ZipArchive,
        root: String,
        storages: [String: PyTorchStorage]
    ) throws(Refusal) -> [Tensor] {
        var tensors: [Tensor] = []
        var missing = storages
        for member in zip.members where member.name.hasPrefix(root) {
            let name = String(member.name.dropFirst(root.count))
            let isData = name.hasPrefix("data/")
            // The tensors of TorchScript's constants, whose pickle is another.
            guard isData || name.hasPrefix("constants/") else { continue }
            guard member.isStored else { throw .odd("storage \(name.quoted) is compressed") }
            guard isData, let storage = missing.removeValue(forKey: String(name.dropFirst("data/".count))) else {
                tensors.append(Tensor(name: name, type: .bytes, shape: [], range: member.range))
                continue
            }
            guard storage.byteCount == Int64(member.range.count) else {
                throw .odd("storage \(storage.key.quoted) has \(member.range.count) bytes, not \(storage.byteCount)")
            }
            let first = storage.first?.name ?? ""
            tensors.append(
                Tensor(
                    name: first.isEmpty ? name : first,
                    type: storage.type,
                    shape: storage.shape,
                    range: member.range
                )
            )
        }
        if let storage = missing.values.filter({ $0.byteCount > 0 }).min(by: { $0.key < $1.key }) {
            throw .odd("storage \(storage.key.quoted) is missing")
        }
        return tensors
    }

    /// Returns what loading the pickle would import beside PyTorch's own.
    private static func warnings(_ pickle: PickleContents) -> [String] {
        let unsafe = pickle.imports.filter { !PyTorchGlobals.isHarmless($0) }.sorted()
        var warnings = unsafe.prefix(maximumListedImportCount).map {
            "\(warningPrefix)imports \($0.quoted), and loading it may run that"
        }
        if unsafe.count > maximumListedImportCount {
            warnings.append(
                "\(warningPrefix)imports \(unsafe.count - maximumListedImportCount) others that are no part of PyTorch"
            )
        }
        if let stop = pickle.stop {
            warnings.append(
                "\(warningPrefix)is not understood \(stop); tensors have no names, and imports may be missing here"
            )
        }
        return warnings
    }
}
