/// What one revision has of a plot, exactly as it was recorded.
package enum PlotData: Sendable, Hashable {
    case curves(Curves)
    case confusion(ConfusionMatrix)
    case bars(Bars)
    case image(PlotImage)

    /// The kind's name in reports: that of the curves, `confusion`, `confusion-normalized`, `bars` or `image`.
    package var kind: String {
        switch self {
        case .curves(let curves): curves.kind.rawValue
        case .confusion(let matrix): matrix.scale == .rows ? "confusion-normalized" : "confusion"
        case .bars: "bars"
        case .image: "image"
        }
    }
}

extension PlotData: Encodable {
    /// Writes the fields of what it is.
    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .curves(let curves): try curves.encode(to: encoder)
        case .confusion(let matrix): try matrix.encode(to: encoder)
        case .bars(let bars): try bars.encode(to: encoder)
        case .image(let image): try image.encode(to: encoder)
        }
    }
}
