/// What a reviewer wants to know of a tensor's values without having them.
package struct TensorStatistics: Hashable, Sendable {
    /// The number of bytes in the manifest's encoding.
    package static let byteCount = 72

    /// Numbers of elements in all, of zeros, of NaNs and of infinities.
    package var count: UInt64, zeros: UInt64, notNumbers: UInt64, infinities: UInt64
    /// Moments, extremes and Euclidean norm of the finite elements.
    package var mean: Double, standardDeviation: Double, minimum: Double, maximum: Double, norm: Double

    /// Creates statistics from all their figures.
    package init(
        count: UInt64,
        zeros: UInt64,
        notNumbers: UInt64,
        infinities: UInt64,
        mean: Double,
        standardDeviation: Double,
        minimum: Double,
        maximum: Double,
        norm: Double
    ) {
        self.count = count
        self.zeros = zeros
        self.notNumbers = notNumbers
        self.infinities = infinities
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.minimum = minimum
        self.maximum = maximum
        self.norm = norm
    }

    init(from reader: inout ByteReader) throws(FormatError) {
        count = try reader.integer(UInt64.self)
        zeros = try reader.integer(UInt64.self)
        notNumbers = try reader.integer(UInt64.self)
        infinities = try reader.integer(UInt64.self)
        mean = try reader.double()
        standardDeviation = try reader.double()
        minimum = try reader.double()
        maximum = try reader.double()
        norm = try reader.double()
    }

    func encode(into writer: inout ByteWriter) {
        for number in [count, zeros, notNumbers, infinities] { writer.integer(number) }
        for number in [mean, standardDeviation, minimum, maximum, norm] { writer.double(number) }
    }
}
