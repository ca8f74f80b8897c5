import Codec
import ModelCore
import SystemIO
import SystemPackage
import TensorFormats

/// A file whose tensors are compared by their bytes: an object of a store, or what lies at a path.
///
/// Which bytes are which tensor is found out anew from the file itself: what its manifest says of that is its author's
/// word, and counts only where the file is of no known format.
struct ComparedFile: Sendable {
    /// Where the bytes are.
    enum Bytes: Sendable {
        case object(ObjectMap)
        /// As it was when it was looked at; whoever reads it opens it, for there may be more than a process may have
        /// open.
        case file(FilePath, FileStatus)
    }

    /// The path in the tree; empty where the artifact is the file.
    let name: String
    /// What the bytes are, as a whole.
    let oid: Digest
    let bytes: Bytes
    /// Every way in which the store would rebuild it, each of which describes the tensors.
    private let maps: [ObjectMap]
    /// The tensors that have a name, in the order of the file.
    let tensors: [Tensor]
    /// Whether only a manifest says which tensors there are, so that nothing it says of that can be contradicted.
    let isByManifest: Bool

    /// Looks at an object of a store, of a file that was called `fileName`; `others` recognizes it by what lay beside
    /// it.
    init(
        _ object: Pointer,
        name: String,
        fileName: String,
        in store: LocalStore,
        reader: inout FrameReader,
        others: (_ name: String, _ byteCount: Int64) -> Recognition = { _, _ in .unknown }
    ) throws(StoreError) {
        let maps = try store.maps(of: object.oid, size: object.size, reader: &reader)
        guard let map = maps.first else {
            throw store.explained(.missingObject(object.oid))
        }
        let source = ObjectBytes(map, in: store)
        var recognition = try Recognition.of(source, named: fileName)
        if case .unknown = recognition, source.byteCount >= store.sizes.oneFrameByteCount {
            recognition = others(fileName, source.byteCount)
        }
        let plan = SegmentPlan(recognition, byteCount: source.byteCount)
        self.init(name: name, oid: object.oid, bytes: .object(map), maps, plan)
    }

    /// Looks at a file on disk whose digest is known.
    init(
        _ path: FilePath,
        name: String,
        oid: Digest,
        beside models: ModelsBeside,
        in store: LocalStore
    ) throws(StoreError) {
        let source = try FileSource(path)
        let plan =
            source.byteCount < store.sizes.oneFrameByteCount
            ? try SegmentPlan(of: source, named: path.lastComponent?.string ?? "")
            : try SegmentPlan(of: source, beside: models)
        self.init(name: name, oid: oid, bytes: .file(path, source.status), [], plan)
    }

    private init(name: String, oid: Digest, bytes: Bytes, _ maps: [ObjectMap], _ plan: SegmentPlan) {
        self.maps = maps
        self.name = name
        self.oid = oid
        self.bytes = bytes
        let found = plan.hasManifest ? plan.pieces.compactMap(\.tensor).filter { !$0.name.isEmpty } : []
        // Some formats are told by the file's name, which may have been another when it was added.
        let described = maps.lazy.map(ComparedFile.described).first { !$0.isEmpty } ?? []
        isByManifest = found.isEmpty && !described.isEmpty
        tensors =
            found.isEmpty
            ? described.map {
                Tensor(name: $0.segment.name, type: $0.segment.type, shape: $0.segment.shape, range: $0.range)
            } : found
    }

    /// What each manifest that is here says of the tensors, and of where they are; those that name none are left out.
    var described: [[(segment: Segment, range: Range<Int64>)]] {
        maps.map(ComparedFile.described).filter { !$0.isEmpty }
    }

    private static func described(in map: ObjectMap) -> [(segment: Segment, range: Range<Int64>)] {
        var described: [(segment: Segment, range: Range<Int64>)] = []
        var start: Int64 = 0
        for segment in map.segments {
            let end = start + segment.byteCount
            if !segment.name.isEmpty { described.append((segment, start..<end)) }
            start = end
        }
        return described
    }

    /// Returns the frame that is exactly a range of the file.
    func frame(_ range: Range<Int64>) -> FrameReference? {
        guard case .object(let map) = bytes, let stretch = map.stretches(in: range).first, stretch.range == range,
            case .frame(let frame) = stretch.source
        else { return nil }
        return frame
    }

    /// Whether a range of the file is known, without a look at the bytes, to be the same as one of another.
    func isKnown(_ range: Range<Int64>, toBe other: Range<Int64>, of file: ComparedFile) -> Bool {
        if (oid == file.oid && range == other) || (range.isEmpty && other.isEmpty) { return true }
        guard case .object(let map) = bytes, case .object(let otherMap) = file.bytes else { return false }
        let (ours, theirs) = (map.stretches(in: range), otherMap.stretches(in: other))
        // Both have to be whole stretches, for a part of a frame has no name.
        guard ours.count == theirs.count, ours.first?.offset == range.lowerBound,
            theirs.first?.offset == other.lowerBound, ours.last?.range.upperBound == range.upperBound,
            theirs.last?.range.upperBound == other.upperBound
        else { return false }
        return zip(ours, theirs).allSatisfy { $0.source == $1.source }
    }

    /// Refuses a file on disk that changed since it was looked at.
    func requireUnchanged() throws(StoreError) {
        guard case .file(let path, let status) = bytes else { return }
        do throws(IOError) {
            if try FileStatus.of(path) == status { return }
        } catch { throw .io(error) }
        throw .changedWhileRead(path)
    }
}

extension SegmentPlan {
    /// Plans the segments of a file by its bytes and its name.
    init(of source: some ByteSource<StoreError>, named name: String) throws(StoreError) {
        self.init(try Recognition.of(source, named: name), byteCount: source.byteCount)
    }

    /// Plans the segments of an open file, which models beside it may know.
    init(of source: FileSource, beside models: ModelsBeside) throws(StoreError) {
        self.init(try models.recognition(of: source), byteCount: source.byteCount)
    }
}
