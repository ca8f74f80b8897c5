/// A point of a plot; either number may be NaN or infinite, where it was recorded so.
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

extension PlotPoint: Encodable {
    /// Writes a list of two.
    package func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        try list.encode(ReportedNumber(x))
        try list.encode(ReportedNumber(y))
    }
}
