/// A point of a plot; either number may be NaN or infinite, where it was recorded so.
///
/// Points are equal where they were recorded alike, NaN included.
package struct PlotPoint: Sendable, Hashable {
    /// How far to the right.
    package let x: Double
    /// How high.
    package let y: Double

    /// Creates a point.
    package init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }
}

extension PlotPoint {
    /// Compares both numbers.
    package static func == (one: PlotPoint, other: PlotPoint) -> Bool {
        ReportedNumber(one.x) == ReportedNumber(other.x) && ReportedNumber(one.y) == ReportedNumber(other.y)
    }

    /// Hashes both numbers.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(ReportedNumber(x))
        hasher.combine(ReportedNumber(y))
    }
}

extension PlotPoint: Encodable {
    /// Writes a list of two.
    package func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        try list.encode(ReportedNumber(x))
        try list.encode(ReportedNumber(y))
    }
}
