import ModelCore

/// The tensors of the version of an artifact that a new one is compared with.
package struct EarlierVersion: Sendable {
    /// A tensor, and the file of the tree that it is in; the file is empty where the artifact is one.
    struct Tensor: Sendable {
        let file: String
        let segment: Segment
    }

    /// Where a tensor is.
    package struct Place: Hashable, Sendable {
        /// The file of the tree; empty where the artifact is one.
        package let file: String
        /// The tensor's name.
        package let name: String

        /// Creates a place.
        package init(file: String, name: String) {
            self.file = file
            self.name = name
        }
    }

    /// The artifact's object.
    let oid: Digest
    /// The tensors, in the order of files and tensors.
    let tensors: [Tensor]
    private let places: [Place: Int]
    /// The first tensor of each name.
    private let names: [String: Int]

    /// Creates the version `oid` of these tensors.
    init(oid: Digest, tensors: [Tensor]) {
        self.oid = oid
        self.tensors = tensors
        let numbered = tensors.enumerated()
        places = Dictionary(numbered.map { (Place(file: $1.file, name: $1.segment.name), $0) }) { first, _ in first }
        names = Dictionary(numbered.map { ($1.segment.name, $0) }) { first, _ in first }
    }

    /// Returns the position of the tensor of that name in that file, else of one in another file: shards are cut anew.
    func counterpart(ofTensor name: String, inFile file: String) -> Int? {
        places[Place(file: file, name: name)] ?? names[name]
    }

    /// Puts together what the files of a new version were found to be beside this one.
    func comparison(
        of oid: Digest,
        size: Int64,
        files: [(name: String, tensors: [ComparedTensor])]
    ) -> ObjectComparison {
        var claimed: Set<Int> = []
        for (file, found) in files {
            for case let position? in found.map(\.counterpart) where tensors[position].file == file {
                claimed.insert(position)
            }
        }
        var changes: [TensorChange] = []
        var unchangedCount = 0
        for (file, found) in files {
            for tensor in found {
                // One that lies where it lay has the counterpart to itself; else it is the first that asks.
                guard let position = tensor.counterpart,
                    tensors[position].file == file || claimed.insert(position).inserted
                else {
                    changes.append(TensorChange(file: file, name: tensor.name, kind: .added(tensor.form)))
                    continue
                }
                guard let difference = tensor.difference else {
                    unchangedCount += 1
                    continue
                }
                let kind = TensorChange.Kind.changed(
                    from: tensors[position].segment.form,
                    to: tensor.form,
                    difference
                )
                changes.append(TensorChange(file: file, name: tensor.name, kind: kind))
            }
        }
        for (position, tensor) in tensors.enumerated() where !claimed.contains(position) {
            let kind = TensorChange.Kind.removed(tensor.segment.form)
            changes.append(TensorChange(file: tensor.file, name: tensor.segment.name, kind: kind))
        }
        return ObjectComparison(oid: oid, size: size, base: self.oid, unchangedCount: unchangedCount, changes: changes)
    }
}

extension EarlierVersion {
    /// Which files of an artifact are looked at.
    enum Scope {
        /// Those that have a manifest; small files count as having no tensors.
        case manifests
        /// The small ones alone, in their bytes.
        case small(SmallFileTensors)
        /// All of them.
        case all(SmallFileTensors)

        /// What looks at the bytes of small files.
        var search: SmallFileTensors? {
            switch self {
            case .manifests: nil
            case .small(let search), .all(let search): search
            }
        }
    }

    /// Returns the tensors that the store knows, and whether these are all; of a tree's small files,
    /// `SmallFileTensors.unread` tells.
    static func tensors(
        of pointer: Pointer,
        _ scope: Scope = .manifests,
        in store: LocalStore,
        reader: inout FrameReader
    ) -> ([Tensor], isWhole: Bool) {
        guard pointer.kind == .tree else {
            let found = tensors(of: pointer.oid, size: pointer.size, file: "", scope, in: store, reader: &reader)
            return (found ?? [], found != nil)
        }
        guard let listing = try? store.listing(pointer.oid, reader: &reader) else { return ([], false) }
        var tensors: [Tensor] = []
        var isWhole = true
        for entry in listing.tree.entries where entry.mode != .link {
            let file = entry.path.text
            let found = self.tensors(of: entry.digest, size: entry.size, file: file, scope, in: store, reader: &reader)
            if let found { tensors += found } else if entry.size >= store.sizes.oneFrameByteCount { isWhole = false }
        }
        return (tensors, isWhole)
    }

    private static func tensors(
        of oid: Digest,
        size: Int64,
        file: String,
        _ scope: Scope,
        in store: LocalStore,
        reader: inout FrameReader
    ) -> [Tensor]? {
        guard size >= store.sizes.oneFrameByteCount else {
            guard let search = scope.search else { return [] }
            let found = search.tensors(of: oid, size: size, file: file, reader: &reader)
            return found?.map { Tensor(file: file, segment: $0) }
        }
        if case .small = scope { return [] }
        guard let map = try? store.maps(of: oid, size: size, reader: &reader).first else { return nil }
        return tensors(in: map, file: file)
    }

    /// Returns the tensors of a file.
    static func tensors(in map: ObjectMap, file: String) -> [Tensor] {
        map.segments.filter { !$0.name.isEmpty }.map { Tensor(file: file, segment: $0) }
    }

    /// Compares tensors of which only the manifests are at hand.
    func comparison(of artifact: Pointer, _ tensors: [Tensor]) -> ObjectComparison {
        var files: [(name: String, tensors: [ComparedTensor])] = []
        for tensor in tensors {
            let position = counterpart(ofTensor: tensor.segment.name, inFile: tensor.file)
            let counterpart = position.map { (position: $0, segment: self.tensors[$0].segment) }
            if files.last?.name != tensor.file { files.append((tensor.file, [])) }
            files[files.count - 1].tensors.append(ComparedTensor(tensor.segment, with: counterpart, frames: []))
        }
        return comparison(of: artifact.oid, size: artifact.size, files: files)
    }
}
