import Codec
package import ModelCore
import SystemIO
package import SystemPackage
import TensorFormats

/// Finds the tensors of an artifact's small files, which are stored as one frame each and have no manifest, in their
/// bytes.
///
/// These come from the store, else from a file of the work tree that is the same, bit for bit. Nothing is noted down,
/// so that it is done anew each time, and within a bound, for a tree may have any number of small files. Not for
/// several threads at once.
package final class SmallFileTensors {
    /// The most bytes that are looked at: what is decoded and parsed in about a tenth of a second.
    private static let byteLimit: Int64 = 32 << 20

    private struct Key: Hashable {
        let oid: Digest
        let name: String
    }

    private struct Found {
        let layout: String
        let note: String
        let segments: [Segment]
    }

    private let store: LocalStore
    private let artifactName: String
    private let place: (_ file: String) -> FilePath?
    private var room: Int64
    private var found: [Key: Found] = [:]
    private var passedOver: Set<Digest> = []
    /// The files whose tensors nobody looked at, as paths in the tree; the empty one where the artifact is the file.
    package private(set) var unread: Set<String> = []

    /// The number of files that nobody looked into for what is worth telling, for they were too much.
    package private(set) var overlooked = 0

    /// Whether any file was looked at.
    package var hasRead: Bool { !found.isEmpty }

    /// Creates a search in the files of an artifact of that name, which tells formats that bytes do not.
    ///
    /// `place` says where a file of it, or the artifact itself where the path is empty, may lie outside of the store.
    package convenience init(
        ofArtifactNamed name: String,
        in store: LocalStore,
        orAt place: @escaping (_ file: String) -> FilePath? = { _ in nil }
    ) {
        self.init(ofArtifactNamed: name, in: store, byteLimit: SmallFileTensors.byteLimit, orAt: place)
    }

    init(
        ofArtifactNamed name: String,
        in store: LocalStore,
        byteLimit: Int64,
        orAt place: @escaping (_ file: String) -> FilePath? = { _ in nil }
    ) {
        artifactName = name
        self.store = store
        self.place = place
        room = byteLimit
    }

    /// Whether a file is one of which only the bytes tell which tensors it has.
    func isSmall(_ size: Int64) -> Bool { size < store.sizes.oneFrameByteCount }

    /// Returns the tensors of a small file, with their bytes in them, in the order of the file; `nil` where nobody
    /// looked.
    func tensors(of oid: Digest, size: Int64, file: String, reader: inout FrameReader) -> [Segment]? {
        guard size > 0 else { return [] }
        guard let found = look(at: oid, size: size, file: file, reader: &reader) else {
            unread.insert(file)
            return nil
        }
        return found.segments
    }

    /// Returns what a file that is one frame was understood as, and what is worth telling of it, if anything is; `nil`
    /// where nobody looked.
    func remark(
        of oid: Digest,
        size: Int64,
        file: String,
        reader: inout FrameReader
    ) -> (layout: String, note: String)? {
        guard let found = look(at: oid, size: size, file: file, reader: &reader) else {
            if room < size { overlooked += 1 }
            return nil
        }
        return (found.layout, found.note)
    }

    private func look(at oid: Digest, size: Int64, file: String, reader: inout FrameReader) -> Found? {
        let name = file.split(separator: "/").last.map(String.init) ?? artifactName
        let key = Key(oid: oid, name: name)
        if let known = found[key] { return known }
        guard room >= size, !passedOver.contains(oid), let bytes = bytes(of: oid, size: size, file, &reader),
            let look = try? SmallFileTensors.look(into: bytes, named: name)
        else { return nil }
        room -= size
        found[key] = look
        return look
    }

    /// Leaves out of two trees what is the same in both, where all of their small files were too much.
    func choose(among artifacts: [Pointer], reader: inout FrameReader) {
        var sizes: [[Digest: Int64]] = []
        for artifact in artifacts where artifact.kind == .tree {
            guard let entries = try? store.listing(artifact.oid, reader: &reader).tree.entries else { return }
            let small = entries.filter { $0.mode != .link && isSmall($0.size) }
            sizes.append(Dictionary(small.map { ($0.digest, $0.size) }) { first, _ in first })
        }
        guard sizes.count == 2 else { return }
        let all = sizes[0].merging(sizes[1]) { first, _ in first }
        guard all.values.reduce(0, +) > room else { return }
        passedOver = Set(sizes[0].keys).intersection(sizes[1].keys)
    }

    private func bytes(of oid: Digest, size: Int64, _ file: String, _ reader: inout FrameReader) -> [UInt8]? {
        let frame = FrameReference(id: oid, byteCount: Int(size))
        if !store.listedCopies(of: oid).isEmpty, let bytes = try? reader.bytes(of: frame, of: oid) { return bytes }
        // What a file of the work tree is called says nothing: only its digest does.
        guard let path = place(file), let source = try? FileSource(path), source.byteCount == size,
            let bytes = try? source.read(0..<size), SHA256.digest(of: bytes) == oid
        else { return nil }
        return bytes
    }

    private static func look(into bytes: [UInt8], named name: String) throws(StoreError) -> Found {
        let plan = try SegmentPlan(of: HeldBytes(bytes: bytes), named: name)
        var segments: [Segment] = []
        for piece in plan.pieces {
            guard let tensor = piece.tensor, !tensor.name.isEmpty else { continue }
            let own = Array(bytes[Int(piece.range.lowerBound)..<Int(piece.range.upperBound)])
            let type = own.isEmpty ? .bytes : tensor.type
            let statistics = own.withUnsafeBytes { StatisticsAccumulator($0, of: type)?.statistics }
            segments.append(
                Segment(
                    name: tensor.name,
                    type: tensor.type,
                    shape: tensor.shape,
                    statistics: statistics,
                    content: .inline(own)
                )
            )
        }
        return Found(layout: plan.layout, note: plan.note, segments: segments)
    }
}

/// The bytes of a small file, for whoever finds out what it is.
struct HeldBytes: ByteSource {
    let bytes: [UInt8]

    var byteCount: Int64 { Int64(bytes.count) }

    func read(_ range: Range<Int64>) throws(StoreError) -> [UInt8] {
        Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
    }
}

extension ComparedVersion {
    /// The names of the tensors in small files, which what `add` measured says nothing of.
    package func namesInSmallFiles(of store: LocalStore) -> Set<String> {
        Set(files.filter { store.isSmall($0.bytes) }.flatMap { $0.tensors.map(\.name) })
    }
}

extension LocalStore {
    fileprivate func isSmall(_ bytes: ComparedFile.Bytes) -> Bool {
        let size =
            switch bytes {
            case .object(let map): map.size
            case .file(_, let status): status.size
            }
        return size < sizes.oneFrameByteCount
    }

    /// Whether an object is a file that is stored as one frame, so that only its bytes tell which tensors it has.
    package func isSmallFile(_ object: Pointer) -> Bool {
        object.kind == .file && object.size < sizes.oneFrameByteCount
    }

    /// Returns the tensors of a small file, with their bytes in them; `nil` where its bytes are not at hand.
    package func smallFileTensors(of file: Pointer, _ small: SmallFileTensors) -> [Segment]? {
        var reader = FrameReader(self)
        return small.tensors(of: file.oid, size: file.size, file: "", reader: &reader)
    }
}
