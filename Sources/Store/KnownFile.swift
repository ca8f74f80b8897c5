import Codec
import ModelCore

/// What `add` found out about the bytes of a file, cut by cut: what of it is the same in the next version need not be
/// found out again.
///
/// A function of the bytes and of how they are cut, computed on this machine. It is believed only for bytes whose
/// digest is the cut's; a version's author, whose manifests say the same, has no part in it.
struct KnownFile: Sendable {
    /// A frame, or the bytes of a piece that lie in the manifest.
    struct Cut: Sendable {
        /// The digest and the number of bytes, which may be none.
        let frame: FrameReference
        /// Whether it is the first of its piece.
        let beginsPiece: Bool
        /// The type of the tensor's elements; `nil` for a stretch that belongs to none.
        let type: DataType?
        /// What the values of a frame are like, where that was measured.
        let statistics: StatisticsAccumulator?
        /// The state of the file's digest behind it.
        let hash: HashedBeginning
    }

    /// A cut that a file may have in common with this one.
    struct Place: Sendable {
        let cut: Cut
        /// The piece of the file's plan.
        let piece: Int
        /// The cut's number in the piece.
        let position: Int
        /// The bytes of the file.
        let range: Range<Int64>
    }

    private struct Measured: Hashable {
        let frame: Digest
        let type: DataType
    }

    /// The most bytes of a frame.
    let frameByteCount: Int
    /// The cuts, in the order of the file.
    let cuts: [Cut]
    private let measured: [Measured: StatisticsAccumulator]

    init(frameByteCount: Int, cuts: [Cut]) {
        self.frameByteCount = frameByteCount
        self.cuts = cuts
        var measured: [Measured: StatisticsAccumulator] = [:]
        for cut in cuts {
            if let type = cut.type { measured[Measured(frame: cut.frame.id, type: type)] = cut.statistics }
        }
        self.measured = measured
    }

    /// Returns what the elements of a frame are like, wherever in the file it is.
    func statistics(of frame: FrameReference, as type: DataType) -> StatisticsAccumulator? {
        measured[Measured(frame: frame.id, type: type)]
    }

    /// Returns the cuts that a file with this plan begins with, too, should it have the same bytes.
    ///
    /// Only whole pieces count: where they are of one length, the same bytes are cut in the same places.
    func places(in plan: SegmentPlan, frameByteCount: Int) -> [Place] {
        guard frameByteCount == self.frameByteCount else { return [] }
        var places: [Place] = []
        var next = 0
        for (number, piece) in plan.pieces.enumerated() {
            guard next < cuts.count, (cuts[next].type == nil) == (piece.tensor == nil) else { break }
            let end = cuts[(next + 1)...].firstIndex(where: \.beginsPiece) ?? cuts.count
            let lengths = cuts[next..<end].map(\.frame.byteCount)
            guard lengths.reduce(0, +) == piece.range.count,
                piece.isInline ? lengths.count == 1 : lengths.allSatisfy((1...frameByteCount).contains)
            else { break }
            var start = piece.range.lowerBound
            for index in next..<end {
                let range = start..<(start + Int64(cuts[index].frame.byteCount))
                places.append(Place(cut: cuts[index], piece: number, position: index - next, range: range))
                start = range.upperBound
            }
            next = end
        }
        return places
    }
}

extension KnownFile {
    /// To be counted up by whoever changes where files are cut, or how figures add up.
    private static let magic = "gmknown1"
    private static let format = "known file"
    /// The least that a cut takes: flags, type, length, digest and state.
    private static let minimumCutByteCount = 67
    private static let beginsFlag: UInt8 = 1
    private static let tensorFlag: UInt8 = 2
    private static let statisticsFlag: UInt8 = 4

    /// Reads what `encoded` wrote; anything else is refused.
    init(parsing bytes: UnsafeRawBufferPointer) throws(FormatError) {
        var reader = ByteReader(bytes, format: KnownFile.format)
        try reader.expect(KnownFile.magic)
        let digest = try reader.digest()
        guard SHA256.digest(of: UnsafeRawBufferPointer(rebasing: bytes[reader.position...])) == digest else {
            throw reader.malformed("its digest is wrong")
        }
        let limit = Int64(FrameReference.maximumByteCount)
        let frameByteCount = Int(try reader.varint(atMost: limit))
        let count = Int(try reader.varint(atMost: Int64(reader.remaining / KnownFile.minimumCutByteCount)))
        var cuts: [Cut] = []
        cuts.reserveCapacity(count)
        var end: Int64 = 0
        for _ in 0..<count {
            let flags = try reader.integer(UInt8.self)
            let type = DataType(rawValue: try reader.integer(UInt8.self))
            let byteCount = Int(try reader.varint(atMost: limit))
            let frame = FrameReference(id: try reader.digest(), byteCount: byteCount)
            end += Int64(frame.byteCount)
            cuts.append(
                Cut(
                    frame: frame,
                    beginsPiece: flags & KnownFile.beginsFlag != 0,
                    type: flags & KnownFile.tensorFlag != 0 ? type : nil,
                    statistics: flags & KnownFile.statisticsFlag != 0 ? try StatisticsAccumulator(from: &reader) : nil,
                    hash: try HashedBeginning(from: &reader, byteCount: end)
                )
            )
        }
        try reader.expectEnd()
        self.init(frameByteCount: frameByteCount, cuts: cuts)
    }

    /// Everything, behind its digest.
    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.varint(Int64(frameByteCount))
        writer.varint(Int64(cuts.count))
        for cut in cuts {
            var flags: UInt8 = cut.beginsPiece ? KnownFile.beginsFlag : 0
            if cut.type != nil { flags |= KnownFile.tensorFlag }
            if cut.statistics != nil { flags |= KnownFile.statisticsFlag }
            writer.integer(flags)
            writer.integer((cut.type ?? .bytes).rawValue)
            writer.varint(Int64(cut.frame.byteCount))
            writer.digest(cut.frame.id)
            cut.statistics?.encode(into: &writer)
            cut.hash.encode(into: &writer)
        }
        var head = ByteWriter(capacity: writer.count + 40)
        head.raw(KnownFile.magic.utf8)
        head.digest(SHA256.digest(of: writer.bytes))
        head.raw(writer.bytes)
        return head.bytes
    }
}
