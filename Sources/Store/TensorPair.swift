import Codec
import ModelCore
import TensorFormats

/// A tensor of a version beside its counterpart in an earlier one, as bytes of two files.
struct TensorPair: Sendable {
    /// As many elements of both, each at most a frame's length: where the bytes are in the two files.
    struct Stretch: Sendable {
        let later: Range<Int64>
        let earlier: Range<Int64>
    }

    /// The number of the later version's file.
    let fileIndex: Int
    let laterFile: ComparedFile
    let later: Tensor
    /// The number of the counterpart among the earlier version's tensors; `nil` where it has none.
    let position: Int?
    private let earlierFile: ComparedFile?
    private let earlier: Tensor?
    private let frameByteCount: Int

    /// Returns the tensors of a version in their order, each beside its counterpart, where it has one.
    static func pairs(
        of later: ComparedVersion,
        with earlier: ComparedVersion,
        _ index: EarlierVersion,
        frameByteCount: Int
    ) -> [TensorPair] {
        let counterparts = earlier.files.flatMap { file in file.tensors.map { (file: file, tensor: $0) } }
        var pairs: [TensorPair] = []
        for (fileIndex, file) in later.files.enumerated() {
            let positions = index.counterparts(ofTensors: file.tensors.map(\.name), inFile: file.name)
            for (tensor, position) in zip(file.tensors, positions) {
                pairs.append(
                    TensorPair(
                        fileIndex: fileIndex,
                        laterFile: file,
                        later: tensor,
                        position: position,
                        earlierFile: position.map { counterparts[$0].file },
                        earlier: position.map { counterparts[$0].tensor },
                        frameByteCount: frameByteCount
                    )
                )
            }
        }
        return pairs
    }

    /// The files, and the types of the elements; `nil` where there is no counterpart.
    var sides: (later: ComparedFile.Bytes, earlier: ComparedFile.Bytes, type: DataType, earlierType: DataType)? {
        guard let earlierFile, let earlier else { return nil }
        return (laterFile.bytes, earlierFile.bytes, later.type, earlier.type)
    }

    /// What has to be read to know how far the two are apart: nothing where that is known, or where elements have no
    /// counterparts.
    var stretches: [Stretch] {
        guard let earlier, let earlierFile, !isKnownToBeTheSame(earlier, of: earlierFile),
            let steps = steps(beside: earlier)
        else { return [] }
        var stretches: [Stretch] = []
        var (start, other) = (later.range.lowerBound, earlier.range.lowerBound)
        while start < later.range.upperBound, other < earlier.range.upperBound {
            let end = min(later.range.upperBound, start + steps.later)
            let otherEnd = min(earlier.range.upperBound, other + steps.earlier)
            stretches.append(Stretch(later: start..<end, earlier: other..<otherEnd))
            (start, other) = (end, otherEnd)
        }
        return stretches
    }

    /// What became of the tensor, by what was found of its stretches, `nil` where there were none; `nil` where it is
    /// the same.
    func difference(_ finding: PairFinding?) -> TensorChange.Difference? {
        guard let earlier, let earlierFile else { return nil }
        switch finding {
        case .numbers(let measured):
            let comparison = measured.comparison.comparison
            return comparison.changed == 0 && later.form == earlier.form ? nil : .measured(comparison)
        case .bytes(let areSame): return areSame ? nil : .noNumbers
        case nil:
            return later.form == earlier.form && isKnownToBeTheSame(earlier, of: earlierFile) ? nil : .otherForm
        }
    }

    /// The frames that the two sides of a stretch are exactly, where they are.
    func frames(_ stretch: Stretch) -> (later: FrameReference, earlier: FrameReference)? {
        guard let later = laterFile.frame(stretch.later), let earlier = earlierFile?.frame(stretch.earlier) else {
            return nil
        }
        return (later, earlier)
    }

    private func isKnownToBeTheSame(_ earlier: Tensor, of file: ComparedFile) -> Bool {
        later.form == earlier.form && laterFile.isKnown(later.range, toBe: earlier.range, of: file)
    }

    /// How many bytes of each are compared at once; `nil` where elements have no counterparts.
    ///
    /// Of one type, as many as `add` compares at once, so that sums are the same, bit for bit.
    private func steps(beside earlier: Tensor) -> (later: Int64, earlier: Int64)? {
        guard later.shape == earlier.shape else { return nil }
        let limit = Int64(frameByteCount)
        if later.type == earlier.type { return later.range.count == earlier.range.count ? (limit, limit) : nil }
        guard PairMeasurement.measures(later.type, earlier.type), let width = later.type.elementWidth.map(Int64.init),
            let otherWidth = earlier.type.elementWidth.map(Int64.init),
            Int64(later.range.count) / width == Int64(earlier.range.count) / otherWidth
        else { return nil }
        let count = max(1, limit / max(width, otherWidth))
        return (count * width, count * otherWidth)
    }
}

extension Tensor {
    /// What the tensor's bytes mean.
    var form: TensorForm { TensorForm(type: type, shape: shape) }
}
