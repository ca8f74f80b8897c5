/// A figure that somebody wrote down, and that the bytes do not have.
package struct FigureDisagreement: Hashable, Sendable {
    /// What it is called.
    package let figure: String
    /// What was written down, and what it is.
    package let written: Double, found: Double
}

extension TensorComparison {
    /// Returns the first figure that is not the other's but for rounding; `nil` where all are.
    package func disagreement(with found: TensorComparison) -> FigureDisagreement? {
        FigureDisagreement.first([
            ("elements", Double(count), Double(found.count), 0),
            ("changed elements", Double(changed), Double(found.changed), 0),
            ("distance", distance, found.distance, 0),
            ("largest difference", maximumDifference, found.maximumDifference, 0),
            ("cosine", cosine, found.cosine, 1),
            ("norm", norm, found.norm, 0),
            ("earlier norm", baseNorm, found.baseNorm, 0),
        ])
    }
}

extension TensorStatistics {
    /// Returns the first figure that is not the other's but for rounding; `nil` where all are.
    package func disagreement(with found: TensorStatistics) -> FigureDisagreement? {
        // What cancels out in a mean is as inexact as what was added.
        let scale = max(abs(found.minimum), abs(found.maximum))
        return FigureDisagreement.first([
            ("elements", Double(count), Double(found.count), 0),
            ("NaN", Double(notNumbers), Double(found.notNumbers), 0),
            ("infinities", Double(infinities), Double(found.infinities), 0),
            ("zeros", Double(zeros), Double(found.zeros), 0),
            ("mean", mean, found.mean, scale),
            ("standard deviation", standardDeviation, found.standardDeviation, scale),
            ("minimum", minimum, found.minimum, 0),
            ("maximum", maximum, found.maximum, 0),
            ("norm", norm, found.norm, 0),
        ])
    }
}

extension FigureDisagreement {
    /// Far more than the order of additions makes, and far less than anybody would lie for.
    private static let tolerance = 1e-9

    fileprivate static func first(_ figures: [(String, Double, Double, scale: Double)]) -> FigureDisagreement? {
        figures.first { !isNear($0.1, $0.2, $0.scale) }.map {
            FigureDisagreement(figure: $0.0, written: $0.1, found: $0.2)
        }
    }

    private static func isNear(_ one: Double, _ other: Double, _ scale: Double) -> Bool {
        if one == other || (one.isNaN && other.isNaN) { return true }
        let difference = abs(one - other)
        // An infinity is near to nothing but itself.
        return difference.isFinite && difference <= tolerance * max(abs(one), abs(other), scale)
    }
}
