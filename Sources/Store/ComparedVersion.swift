package import ModelCore
import SystemIO
package import SystemPackage
import TensorFormats

/// A version of an artifact whose tensors are compared by their bytes: from a store, or as it lies on disk.
package struct ComparedVersion: Sendable {
    /// What the artifact is.
    let pointer: Pointer
    /// Its files, in their order.
    let files: [ComparedFile]

    /// Looks at what a pointer names in a store; the artifact's name tells formats that their bytes do not.
    package init(_ pointer: Pointer, named name: String, in store: LocalStore) throws {
        var reader = FrameReader(store)
        self.pointer = pointer
        guard pointer.kind == .tree else {
            files = [try ComparedFile(pointer, name: "", fileName: name, in: store, reader: &reader)]
            return
        }
        var files: [ComparedFile] = []
        let entries = try store.listing(pointer.oid, reader: &reader).tree.entries.filter { $0.mode != .link }
        var models = StoredModels(entries)
        for entry in entries {
            let object = Pointer(oid: entry.digest, size: entry.size, kind: .file)
            let file = try ComparedFile(
                object,
                name: entry.path.text,
                fileName: entry.path.name,
                in: store,
                reader: &reader
            ) { name, size in models.recognition(of: name, byteCount: size, beside: entry, in: store) }
            files.append(file)
        }
        self.files = files
    }

    /// Looks at an artifact on disk, whose pointer, and whose files' digests, are known.
    package init(
        _ pointer: Pointer,
        files: [(name: String, path: FilePath, oid: Digest)],
        in store: LocalStore
    ) throws {
        self.pointer = pointer
        let models = ModelsBeside()
        self.files = try files.map {
            try ComparedFile($0.path, name: $0.name, oid: $0.oid, beside: models, in: store)
        }
    }

    /// The statistics that manifests give of the tensors, each manifest its own; nothing of files on disk.
    package var writtenStatistics: [EarlierVersion.Place: [TensorStatistics]] {
        var statistics: [EarlierVersion.Place: [TensorStatistics]] = [:]
        for file in files {
            for (segment, _) in file.described.joined() {
                guard let written = segment.statistics else { continue }
                statistics[EarlierVersion.Place(file: file.name, name: segment.name), default: []].append(written)
            }
        }
        return statistics
    }

    /// The names of the files of which only manifests say which tensors they have, as of formats that are told by
    /// another name.
    package var filesByManifest: [String] { files.filter(\.isByManifest).map(\.name) }

    /// The names that several tensors of one file have, as formats allow.
    package var repeatedNames: Set<String> {
        var repeated: Set<String> = []
        for file in files {
            var seen: Set<String> = []
            for tensor in file.tensors where !seen.insert(tensor.name).inserted { repeated.insert(tensor.name) }
        }
        return repeated
    }

    /// Which tensors manifests describe otherwise than the files themselves, and how, as clauses.
    ///
    /// A manifest that names none may be of a git-model that did not know the format.
    package var contradictions: [(place: EarlierVersion.Place, clause: String)] {
        files.flatMap { file in
            file.described.flatMap { described in
                ComparedVersion.contradictions(in: described, of: file).map { name, clause in
                    (EarlierVersion.Place(file: file.name, name: name), clause)
                }
            }
        }
    }

    private static func contradictions(
        in described: [(segment: Segment, range: Range<Int64>)],
        of file: ComparedFile
    ) -> [(name: String, clause: String)] {
        var found: [(name: String, clause: String)] = []
        // Of several of one name, the first is to be the first, so that they are taken from the end.
        var tensors = Dictionary(grouping: file.tensors.reversed(), by: \.name)
        for (segment, range) in described {
            if let tensor = tensors[segment.name]?.popLast() {
                if tensor.form != segment.form {
                    found.append((segment.name, "its manifest gives it another type or shape than the file"))
                } else if tensor.range != range {
                    found.append((segment.name, "its manifest has it elsewhere in the file"))
                }
            } else {
                found.append((segment.name, "its manifest has it, and the file does not"))
            }
        }
        for tensor in file.tensors where tensors[tensor.name]?.contains(tensor) == true {
            found.append((tensor.name, "the file has it, and its manifest does not"))
        }
        return found
    }

    /// The tensors by their places, to find counterparts among.
    var index: EarlierVersion {
        var tensors: [EarlierVersion.Tensor] = []
        for file in files {
            for tensor in file.tensors {
                // Only the form counts: the bytes are found by their range in the file.
                let segment = Segment(
                    name: tensor.name,
                    type: tensor.type,
                    shape: tensor.shape,
                    content: .frames([])
                )
                tensors.append(EarlierVersion.Tensor(file: file.name, segment: segment))
            }
        }
        return EarlierVersion(oid: pointer.oid, tensors: tensors)
    }
}
