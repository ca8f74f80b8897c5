import Codec
import ModelCore

/// A tensor of a new file beside its counterpart in the earlier version.
struct ComparedTensor: Sendable {
    let name: String
    let form: TensorForm
    /// The position among the earlier version's tensors of the one of this name; `nil` where it has none.
    let counterpart: Int?
    /// How far the values are apart; `nil` where they are the same, or have no counterpart.
    let difference: TensorChange.Difference?

    /// Notes how far a tensor was found to be from its counterpart.
    init(name: String, form: TensorForm, counterpart: Int?, difference: TensorChange.Difference?) {
        self.name = name
        self.form = form
        self.counterpart = counterpart
        self.difference = difference
    }

    /// Compares a tensor with its counterpart; `frames` tell what was measured of its frames, or nothing where nobody
    /// had them.
    init(
        _ segment: Segment,
        with counterpart: (position: Int, segment: Segment)?,
        frames: [StoredFrame]
    ) {
        name = segment.name
        form = segment.form
        self.counterpart = counterpart?.position
        difference = counterpart.flatMap { ComparedTensor.difference(of: segment, from: $0.segment, frames) }
    }

    private static func difference(
        of segment: Segment,
        from base: Segment,
        _ frames: [StoredFrame]
    ) -> TensorChange.Difference? {
        guard segment.form == base.form else { return .otherForm }
        if segment.content == base.content { return nil }
        if case .inline(let bytes) = segment.content {
            guard case .inline(let earlier) = base.content else { return .unmeasured }
            let comparison = bytes.withUnsafeBytes { bytes in
                earlier.withUnsafeBytes { ComparisonAccumulator(bytes, base: $0, of: segment.type) }
            }
            return comparison.map { .measured($0.comparison) } ?? .noNumbers
        }
        guard segment.statistics != nil else { return .noNumbers }
        guard !frames.isEmpty else { return .unmeasured }
        var sum = ComparisonAccumulator()
        // In the order of the file, so that the number of threads changes nothing.
        for frame in frames {
            guard let next = frame.comparison else { return .unmeasured }
            sum.append(next)
        }
        return .measured(sum.comparison)
    }
}
