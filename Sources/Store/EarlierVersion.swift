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
    /// The tensors of each place, for formats let several have one name.
    private let places: [Place: [Int]]
    /// The tensors of each name.
    private let names: [String: [Int]]

    /// Creates the version `oid` of these tensors.
    init(oid: Digest, tensors: [Tensor]) {
        self.oid = oid
        self.tensors = tensors
        places = Dictionary(grouping: tensors.indices) { Place(file: tensors[$0].file, name: tensors[$0].segment.name) }
        names = Dictionary(grouping: tensors.indices) { tensors[$0].segment.name }
    }

    /// Returns the positions of the counterparts of all tensors of a file, which are given by their names in the order
    /// of the file.
    ///
    /// That is the tensor of the name in the same file, else one in another: shards are cut anew. Of several of one
    /// name, the first has the first, the second the second, and so on.
    func counterparts(ofTensors names: [String], inFile file: String) -> [Int?] {
        var counts: [String: Int] = [:]
        return names.map { name in
            let number = counts[name, default: 0]
            counts[name] = number + 1
            let found = places[Place(file: file, name: name)] ?? self.names[name] ?? []
            return number < found.count ? found[number] : nil
        }
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
        var rest = tensors[...]
        while let file = rest.first?.file {
            let found = rest.prefix { $0.file == file }
            rest = rest[found.endIndex...]
            let positions = counterparts(ofTensors: found.map(\.segment.name), inFile: file)
            let compared = zip(found, positions).map { tensor, position in
                let counterpart = position.map { (position: $0, segment: self.tensors[$0].segment) }
                return ComparedTensor(tensor.segment, with: counterpart, frames: [])
            }
            files.append((file, compared))
        }
        return comparison(of: artifact.oid, size: artifact.size, files: files)
    }
}
