import ModelCore
import Store

/// A tensor of an artifact, and how the local store keeps it.
package struct TensorRow: Encodable, Sendable {
    /// The file of the tree that the tensor is in; left out where the artifact is the file.
    package let file: String?
    /// The name in the file.
    package let name: String
    /// The type of the elements.
    package let type: String
    /// The dimensions, outermost first.
    package let shape: [Int64]
    /// The size in bytes.
    package let size: Int64
    /// The bytes that the local store keeps of it.
    package let stored: Int64
    /// How they are stored: the codecs' names, the most frequent first, `inline`, `whole` in one frame with the rest of
    /// a small file, or `absent`.
    package let codec: String
    /// How many frames have to be decoded before one of this tensor; 0 for a tensor that is stored in full.
    package let depth: Int
    /// The frames that the differences among its frames were made against, as `sha256:` and hexadecimal digits, in the
    /// tensor's order; left out for a tensor without one.
    package let bases: [String]?
    /// What the values are like, where that was measured.
    package let statistics: Statistics?

    /// What the values are like.
    package struct Statistics: Encodable, Sendable {
        /// The number of elements.
        package let count: UInt64
        /// The numbers of zeros, NaNs and infinities.
        package let zeros: UInt64, notNumbers: UInt64, infinities: UInt64
        /// Moments, extremes and Euclidean norm of the finite elements; `nil` where one is too large for a number.
        package let mean: Double?, standardDeviation: Double?, minimum: Double?, maximum: Double?, norm: Double?

        init(_ statistics: TensorStatistics) {
            count = statistics.count
            zeros = statistics.zeros
            notNumbers = statistics.notNumbers
            infinities = statistics.infinities
            mean = Statistics.finite(statistics.mean)
            standardDeviation = Statistics.finite(statistics.standardDeviation)
            minimum = Statistics.finite(statistics.minimum)
            maximum = Statistics.finite(statistics.maximum)
            norm = Statistics.finite(statistics.norm)
        }

        private static func finite(_ number: Double) -> Double? { number.isFinite ? number : nil }
    }

    init(_ tensor: StoredTensor) {
        file = tensor.file.isEmpty ? nil : tensor.file
        name = tensor.segment.name
        type = tensor.segment.type.name
        shape = tensor.segment.shape
        size = tensor.segment.byteCount
        stored = tensor.storedByteCount
        depth = tensor.depth
        bases = tensor.bases.isEmpty ? nil : tensor.bases.map(\.description)
        statistics = tensor.segment.statistics.map(Statistics.init)
        let names = tensor.codecs.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map { CodecName.of($0.key) }
        let inner = tensor.isPartOfFrame ? "whole" : "inline"
        codec = !tensor.isHere ? "absent" : names.isEmpty ? inner : names.joined(separator: "+")
    }
}
