import ModelCore
import TensorFormats

/// How a file becomes segments: its tensors, and the stretches between them.
struct SegmentPlan {
    /// A tensor or a stretch that belongs to none; the pieces tile the file in order.
    struct Piece {
        /// The bytes of the file.
        let range: Range<Int64>
        /// The tensor, or `nil` for a stretch.
        let tensor: Tensor?

        /// Whether the bytes lie in the manifest itself.
        var isInline: Bool { range.count <= Segment.maximumInlineByteCount }
    }

    /// What cut the file, as manifests name it.
    let layout: String
    /// Why no format cut it, or what is worth telling.
    let note: String
    let pieces: [Piece]

    /// Whether a manifest can say which tensors the file has: one that is a single frame has none.
    var hasManifest: Bool {
        pieces.count != 1 || (pieces.first?.range.count ?? 0) > FrameReference.maximumByteCount
    }

    private static let opaque = "opaque"
    /// The most bytes of a tensor that is one segment.
    private static let maximumTensorByteCount =
        Int64(Segment.maximumFrameCount) * Int64(FrameReference.maximumByteCount)

    /// Plans the segments of a file of `byteCount` bytes.
    init(_ recognition: Recognition, byteCount: Int64) {
        switch recognition {
        case .layout(let layout):
            if let long = layout.tensors.first(where: { $0.range.count > SegmentPlan.maximumTensorByteCount }) {
                self.init(opaqueBecause: "tensor \(long.name) is longer than a segment can be", byteCount: byteCount)
            } else {
                self.init(layout, byteCount: byteCount)
            }
        case .opaque(let reason): self.init(opaqueBecause: reason, byteCount: byteCount)
        case .unknown: self.init(opaqueBecause: "", byteCount: byteCount)
        }
    }

    private init(opaqueBecause reason: String, byteCount: Int64) {
        layout = SegmentPlan.opaque
        note = reason
        pieces = byteCount == 0 ? [] : [Piece(range: 0..<byteCount, tensor: nil)]
    }

    private init(_ found: TensorLayout, byteCount: Int64) {
        layout = found.format.rawValue
        note = (found.warnings + found.notes).joined(separator: "; ")
        var pieces: [Piece] = []
        var end: Int64 = 0
        for tensor in found.tensors {
            if tensor.range.lowerBound > end { pieces.append(Piece(range: end..<tensor.range.lowerBound, tensor: nil)) }
            pieces.append(Piece(range: tensor.range, tensor: tensor))
            end = tensor.range.upperBound
        }
        if end < byteCount { pieces.append(Piece(range: end..<byteCount, tensor: nil)) }
        self.pieces = pieces
    }
}
