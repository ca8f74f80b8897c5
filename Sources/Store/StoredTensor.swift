package import ModelCore

/// A tensor of an artifact, and how a store keeps it.
package struct StoredTensor: Sendable {
    /// The file of the tree that the tensor is in, relative to the tree; empty where the artifact is the file.
    package let file: String
    /// The segment in the object's manifest.
    package let segment: Segment
    /// The bytes that the copies of its frames take, without what they decode against; frames that come twice count
    /// twice.
    package let storedByteCount: Int64
    /// How many of its frames are stored by each codec's number.
    package let codecs: [UInt8: Int]
    /// The greatest number of frames that have to be decoded before one of the tensor's.
    package let depth: Int
    /// The frames that those of its frames decode against which are differences, each once, in the tensor's order.
    package let bases: [Digest]
    /// Whether the store has every frame.
    package let isHere: Bool
    /// Whether the tensor is in the frame that its whole file is, so that nothing is stored for it alone.
    package var isPartOfFrame = false
}

extension LocalStore {
    /// Reads the manifest of a file; `nil` where it has none, or none is here.
    package func manifest(of pointer: Pointer) throws -> Manifest? {
        guard pointer.kind == .file else { return nil }
        var reader = FrameReader(self)
        for entry in entries(of: pointer.oid, kind: .manifest) {
            guard let copy = listedCopies(of: entry.frame).first else { continue }
            let frame = FrameReference(id: entry.frame, byteCount: Int(copy.entry.rawLength))
            let bytes = try reader.bytes(of: frame, of: pointer.oid)
            let manifest = try bytes.withUnsafeBytes { try Manifest(parsing: $0) }
            // An index may name another object's, by mistake or by intent.
            if manifest.oid == pointer.oid, manifest.size == pointer.size { return manifest }
        }
        return nil
    }

    /// Returns the tensors of a file, or of a tree's files, in their order; none of a file of which the store has no
    /// manifest with tensors, nor of a small one that is `unread` then.
    package func tensors(of pointer: Pointer, _ small: SmallFileTensors) throws(StoreError) -> [StoredTensor] {
        var reader = FrameReader(self)
        guard pointer.kind == .tree else {
            return try tensors(of: pointer.oid, size: pointer.size, file: "", small, reader: &reader)
        }
        var tensors: [StoredTensor] = []
        do throws(StoreError) {
            for entry in try listing(pointer.oid, reader: &reader).tree.entries where entry.mode != .link {
                tensors += try self.tensors(
                    of: entry.digest,
                    size: entry.size,
                    file: entry.path.text,
                    small,
                    reader: &reader
                )
            }
        } catch { guard error.isAbsence else { throw error } }
        return tensors
    }

    private func tensors(
        of oid: Digest,
        size: Int64,
        file: String,
        _ small: SmallFileTensors,
        reader: inout FrameReader
    ) throws(StoreError) -> [StoredTensor] {
        if size < sizes.oneFrameByteCount {
            let found = small.tensors(of: oid, size: size, file: file, reader: &reader) ?? []
            return found.map { StoredTensor(partOfFrame: $0, of: file) }
        }
        guard let map = try maps(of: oid, size: size, reader: &reader).first else { return [] }
        var tensors: [StoredTensor] = []
        for segment in map.segments where !segment.name.isEmpty { tensors.append(try tensor(segment, of: file)) }
        return tensors
    }

    private func tensor(_ segment: Segment, of file: String) throws(StoreError) -> StoredTensor {
        guard case .frames(let frames) = segment.content else {
            return StoredTensor(
                file: file,
                segment: segment,
                storedByteCount: 0,
                codecs: [:],
                depth: 0,
                bases: [],
                isHere: true
            )
        }
        var stored: Int64 = 0
        var codecs: [UInt8: Int] = [:]
        var depth = 0
        var bases: [Digest] = []
        var named: Set<Digest> = []
        var isHere = true
        for frame in frames {
            guard let copy = try presentCopies(of: frame.id).first else {
                isHere = false
                continue
            }
            stored += Int64(copy.entry.storedLength)
            codecs[copy.entry.codec, default: 0] += 1
            depth = max(depth, Int(copy.entry.depth))
            if let base = copy.base, named.insert(base).inserted { bases.append(base) }
        }
        return StoredTensor(
            file: file,
            segment: segment,
            storedByteCount: stored,
            codecs: codecs,
            depth: depth,
            bases: bases,
            isHere: isHere
        )
    }
}

extension StoredTensor {
    /// A tensor of a small file, whose bytes were at hand.
    fileprivate init(partOfFrame segment: Segment, of file: String) {
        self.init(file: file, segment: segment, storedByteCount: 0, codecs: [:], depth: 0, bases: [], isHere: true)
        isPartOfFrame = true
    }
}
