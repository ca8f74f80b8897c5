package import ModelCore

/// The tensors of an earlier version, as what new ones may be stored as differences to, or compared with.
package struct BaseCatalog: Sendable {
    /// Tensors are the same where name, type and shape are, in whatever file of the version they lie.
    private struct Key: Hashable {
        let name: String
        let form: TensorForm
    }

    private struct Candidate: Sendable {
        let file: String
        let frames: [FrameReference]
    }

    private var tensors: [Key: [Candidate]] = [:]
    /// The version to compare with, where the store knows all of its tensors.
    private(set) var earlier: EarlierVersion?

    /// A catalog of nothing: whatever is new is stored in full.
    package static let empty = BaseCatalog()

    private init() {}

    /// Lists the tensors of what `pointers` name, earlier ones before later ones, as far as the store has them; what is
    /// new is compared with those of `earlier`.
    ///
    /// Bases only save room, so that what cannot be read is left out.
    package init(of pointers: [Pointer], comparedWith earlier: Pointer? = nil, in store: LocalStore) {
        var reader = FrameReader(store)
        for pointer in pointers {
            let (found, isWhole) = EarlierVersion.tensors(of: pointer, in: store, reader: &reader)
            add(found)
            if pointer == earlier, isWhole { self.earlier = EarlierVersion(oid: pointer.oid, tensors: found) }
        }
        if let earlier, !pointers.contains(earlier) {
            let (found, isWhole) = EarlierVersion.tensors(of: earlier, in: store, reader: &reader)
            if isWhole { self.earlier = EarlierVersion(oid: earlier.oid, tensors: found) }
        }
    }

    private mutating func add(_ found: [EarlierVersion.Tensor]) {
        for tensor in found {
            guard case .frames(let frames) = tensor.segment.content else { continue }
            let key = Key(name: tensor.segment.name, form: tensor.segment.form)
            tensors[key, default: []].append(Candidate(file: tensor.file, frames: frames))
        }
    }

    /// Returns the frames of a tensor, cut as every tensor is, or none; of several, those of the file of the same path.
    func frames(of form: TensorForm, named name: String, inFile file: String) -> [FrameReference] {
        let candidates = tensors[Key(name: name, form: form)] ?? []
        return (candidates.first { $0.file == file } ?? candidates.first)?.frames ?? []
    }
}
