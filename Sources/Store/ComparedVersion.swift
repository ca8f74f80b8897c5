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
        for entry in try store.listing(pointer.oid, reader: &reader).tree.entries where entry.mode != .link {
            let object = Pointer(oid: entry.digest, size: entry.size, kind: .file)
            let file = try ComparedFile(
                object,
                name: entry.path.text,
                fileName: entry.path.name,
                in: store,
                reader: &reader
            )
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
        self.files = try files.map { try ComparedFile($0.path, name: $0.name, oid: $0.oid, in: store) }
    }

    /// The statistics that manifests give of the tensors; nothing of files on disk.
    package var writtenStatistics: [EarlierVersion.Place: TensorStatistics] {
        var statistics: [EarlierVersion.Place: TensorStatistics] = [:]
        for file in files {
            for (segment, _) in file.described {
                statistics[EarlierVersion.Place(file: file.name, name: segment.name)] = segment.statistics
            }
        }
        return statistics
    }

    /// Which tensors manifests describe otherwise than the files themselves, and how, as clauses.
    ///
    /// A file without any in its manifest may have been added by a git-model that did not know its format.
    package var contradictions: [(place: EarlierVersion.Place, clause: String)] {
        var found: [(place: EarlierVersion.Place, clause: String)] = []
        for file in files {
            let described = file.described
            if described.isEmpty { continue }
            let tensors = Dictionary(file.tensors.map { ($0.name, $0) }) { first, _ in first }
            for (segment, range) in described {
                let clause: String?
                if let tensor = tensors[segment.name] {
                    clause =
                        tensor.form != segment.form
                        ? "its manifest gives it another type or shape than the file"
                        : tensor.range != range ? "its manifest has it elsewhere in the file" : nil
                } else {
                    clause = "its manifest has it, and the file does not"
                }
                guard let clause else { continue }
                found.append((EarlierVersion.Place(file: file.name, name: segment.name), clause))
            }
            let names = Set(described.map(\.segment.name))
            for tensor in file.tensors where !names.contains(tensor.name) {
                let place = EarlierVersion.Place(file: file.name, name: tensor.name)
                found.append((place, "the file has it, and its manifest does not"))
            }
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
