package import ModelCore

/// The tensors of an earlier version, as what new ones may be stored as differences to.
package struct BaseCatalog: Sendable {
    /// Tensors are the same where name, type and shape are, in whatever file of the version they lie.
    private struct Key: Hashable {
        let name: String
        let type: DataType
        let shape: [Int64]
    }

    private var tensors: [Key: [FrameReference]] = [:]

    /// A catalog of nothing: whatever is new is stored in full.
    package static let empty = BaseCatalog()

    private init() {}

    /// Lists the tensors of what `pointers` name, earlier ones before later ones, as far as the store has them.
    ///
    /// Bases only save room, so that what cannot be read is left out.
    package init(of pointers: [Pointer], in store: LocalStore) {
        var reader = FrameReader(store)
        for pointer in pointers { add(pointer, in: store, reader: &reader) }
    }

    private mutating func add(_ pointer: Pointer, in store: LocalStore, reader: inout FrameReader) {
        switch pointer.kind {
        case .file: add(pointer.oid, size: pointer.size, in: store, reader: &reader)
        case .tree:
            guard let listing = try? store.listing(pointer.oid, reader: &reader) else { return }
            for entry in listing.tree.entries { add(entry.digest, size: entry.size, in: store, reader: &reader) }
        }
    }

    private mutating func add(_ oid: Digest, size: Int64, in store: LocalStore, reader: inout FrameReader) {
        guard size >= FileIngest.oneFrameByteCount,
            let map = try? store.maps(of: oid, size: size, reader: &reader).first
        else { return }
        for segment in map.segments where !segment.name.isEmpty {
            guard case .frames(let frames) = segment.content else { continue }
            let key = Key(name: segment.name, type: segment.type, shape: segment.shape)
            if tensors[key] == nil { tensors[key] = frames }
        }
    }

    /// Returns the frames of a tensor, cut as every tensor is, or none.
    func frames(ofTensor name: String, type: DataType, shape: [Int64]) -> [FrameReference] {
        tensors[Key(name: name, type: type, shape: shape)] ?? []
    }
}
