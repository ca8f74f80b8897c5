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
}

/// Puts the frames of a file together to the segments of its manifest.
struct SegmentAssembly: Sendable {
    let plan: SegmentPlan
    /// By piece, the frames of the tensor in an earlier version; empty where there is none.
    private let bases: [[FrameReference]]

    init(_ plan: SegmentPlan, bases catalog: BaseCatalog) {
        self.plan = plan
        bases = plan.pieces.map { piece in
            piece.tensor.map { catalog.frames(ofTensor: $0.name, type: $0.type, shape: $0.shape) } ?? []
        }
    }

    /// Returns what frame number `position` of a piece is.
    func role(ofFrame position: Int, of piece: Int, byteCount: Int) -> FrameRole {
        guard let tensor = plan.pieces[piece].tensor else { return .data }
        let bases = bases[piece]
        let base = position < bases.count && bases[position].byteCount == byteCount ? bases[position] : nil
        return FrameRole(kind: .data, type: tensor.type, base: base)
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
                let statistics = bytes.withUnsafeBytes { StatisticsAccumulator($0, of: piece.tensor?.type ?? .bytes) }
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

    /// Puts together what was measured of a tensor's frames, in their order, so that the number of threads changes nothing.
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
