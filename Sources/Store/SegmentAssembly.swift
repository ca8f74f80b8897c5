import Codec
import ModelCore
import TensorFormats

/// A frame that is in the store, and what was found out about its bytes on the way.
struct StoredFrame: Sendable {
    /// The frame.
    let reference: FrameReference
    /// The piece of the file that the frame is of.
    let piece: Int
    /// What the values of a tensor's frame are like, where they are numbers that are measured.
    var statistics: StatisticsAccumulator?
    /// How far they are from those of an earlier version, where that has the same stretch.
    var comparison: ComparisonAccumulator?
}

/// Puts the frames of a file together to the segments of its manifest.
struct SegmentAssembly: Sendable {
    let plan: SegmentPlan
    /// What an earlier version of the file was made of, where that is known.
    let known: KnownFile?
    /// By piece, the frames of the tensor in an earlier version; empty where there is none.
    private let bases: [[FrameReference]]
    /// By piece, the tensor of its name in the version that this one is compared with; empty where there is no such
    /// version.
    private let counterparts: [(position: Int, segment: Segment)?]

    init(_ plan: SegmentPlan, bases: FileBases, known: KnownFile? = nil) {
        self.plan = plan
        self.known = known
        self.bases = plan.pieces.map { $0.tensor.map(bases.frames) ?? [] }
        counterparts = bases.counterparts(of: plan.pieces.map(\.tensor))
    }

    /// Returns what frame number `position` of a piece is.
    func role(ofFrame position: Int, of piece: Int, byteCount: Int) -> FrameRole {
        guard let tensor = plan.pieces[piece].tensor else { return .data }
        func stretch(of frames: [FrameReference]) -> FrameReference? {
            position < frames.count && frames[position].byteCount == byteCount ? frames[position] : nil
        }
        var earlier: FrameReference?
        if let counterpart = counterparts.isEmpty ? nil : counterparts[piece]?.segment,
            counterpart.form == TensorForm(type: tensor.type, shape: tensor.shape),
            case .frames(let frames) = counterpart.content
        {
            earlier = stretch(of: frames)
        }
        return FrameRole(kind: .data, type: tensor.type, base: stretch(of: bases[piece]), earlier: earlier)
    }

    /// Returns what is known of the values of a frame of a piece.
    func statistics(of frame: FrameReference, ofPiece piece: Int) -> StatisticsAccumulator? {
        plan.pieces[piece].tensor.flatMap { known?.statistics(of: frame, as: $0.type) }
    }

    /// Returns what is known now of the file, of the frames in its order and what cutting it brought to light; `nil`
    /// where the states of its digest are not.
    func known(_ stored: [StoredFrame], _ cut: FileCutter.Outcome, frameByteCount: Int) -> KnownFile? {
        var cuts: [KnownFile.Cut] = []
        cuts.reserveCapacity(cut.hashes.count)
        var frames = stored[...]
        func add(_ frame: FrameReference, _ statistics: StatisticsAccumulator?, of piece: Int, isFirst: Bool) {
            guard cuts.count < cut.hashes.count else { return }
            cuts.append(
                KnownFile.Cut(
                    frame: frame,
                    beginsPiece: isFirst,
                    type: plan.pieces[piece].tensor?.type,
                    statistics: statistics,
                    hash: cut.hashes[cuts.count]
                )
            )
        }
        for piece in plan.pieces.indices {
            if let bytes = cut.inline[piece] {
                let frame = FrameReference(id: SHA256.digest(of: bytes), byteCount: bytes.count)
                add(frame, nil, of: piece, isFirst: true)
            }
            var isFirst = true
            while let frame = frames.first, frame.piece == piece {
                add(frame.reference, frame.statistics, of: piece, isFirst: isFirst)
                isFirst = false
                frames.removeFirst()
            }
        }
        return cuts.isEmpty ? nil : KnownFile(frameByteCount: frameByteCount, cuts: cuts)
    }

    /// Returns the tensors among the segments of the file beside those of the version that it is compared with.
    func compared(_ segments: [Segment], of stored: [StoredFrame]) -> [ComparedTensor] {
        guard !counterparts.isEmpty else { return [] }
        let frames = Dictionary(grouping: stored, by: \.piece)
        let pieces = plan.pieces.indices.filter { plan.pieces[$0].tensor?.name.isEmpty == false }
        return zip(pieces, segments.filter { !$0.name.isEmpty }).map { piece, segment in
            ComparedTensor(segment, with: counterparts[piece], frames: frames[piece] ?? [])
        }
    }

    /// Returns the segments, of the frames in the order of the file and the bytes of the pieces that have none.
    func segments(of stored: [StoredFrame], inline: [Int: [UInt8]]) -> [Segment] {
        var segments: [Segment] = []
        var next = stored.startIndex
        for (index, piece) in plan.pieces.enumerated() {
            var end = next
            while end < stored.endIndex, stored[end].piece == index { end += 1 }
            let frames = stored[next..<end]
            next = end
            if let bytes = inline[index] {
                // What has no elements has no mean either.
                let type = bytes.isEmpty ? .bytes : piece.tensor?.type ?? .bytes
                let statistics = bytes.withUnsafeBytes { StatisticsAccumulator($0, of: type) }
                segments.append(segment(of: piece, .inline(bytes), statistics))
                continue
            }
            let statistics = SegmentAssembly.statistics(of: frames)
            for start in stride(from: frames.startIndex, to: frames.endIndex, by: Segment.maximumFrameCount) {
                let group = frames[start..<min(start + Segment.maximumFrameCount, frames.endIndex)]
                segments.append(segment(of: piece, .frames(group.map(\.reference)), statistics))
            }
        }
        return segments
    }

    /// Puts together what was measured of a tensor's frames, in their order, so that the number of threads changes
    /// nothing.
    private static func statistics(of frames: ArraySlice<StoredFrame>) -> StatisticsAccumulator? {
        guard var sum = frames.first?.statistics else { return nil }
        for frame in frames.dropFirst() {
            guard let next = frame.statistics else { return nil }
            sum.append(next)
        }
        return sum
    }

    private func segment(
        of piece: SegmentPlan.Piece,
        _ content: Segment.Content,
        _ statistics: StatisticsAccumulator?
    ) -> Segment {
        guard let tensor = piece.tensor else { return Segment(content: content) }
        return Segment(
            name: tensor.name,
            type: tensor.type,
            shape: tensor.shape,
            statistics: statistics?.statistics,
            content: content
        )
    }
}
