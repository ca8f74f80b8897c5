/// A series as one line of text.
package struct Sparkline: Sendable, Hashable {
    private static let levels: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// A block for each stretch of the series, as high as its values are on average; a space where none is a number.
    package let blocks: String
    /// The first value, which may be no number; `nil` where there is none.
    package let first: Double?
    /// The last value, which may be no number; `nil` where there is none.
    package let last: Double?
    /// The least value that is a number.
    package let minimum: Double?
    /// The greatest value that is a number.
    package let maximum: Double?

    /// Draws values, in at most `width` blocks.
    package init(_ values: [Double], width: Int = 24) {
        first = values.first
        last = values.last
        let finite = values.lazy.filter(\.isFinite)
        minimum = finite.min()
        maximum = finite.max()
        let count = min(max(1, width), values.count)
        guard count > 0, let low = minimum, let high = maximum else {
            blocks = String(repeating: " ", count: count)
            return
        }
        var sums = [Double](repeating: 0, count: count)
        var counts = [Int](repeating: 0, count: count)
        for (position, value) in values.enumerated() where value.isFinite {
            let block = position * count / values.count
            // Halved, so that the distance between any two numbers is one.
            sums[block] += high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5
            counts[block] += 1
        }
        let highest = Double(Sparkline.levels.count - 1)
        let characters = zip(sums, counts).map { sum, count -> Character in
            guard count > 0 else { return " " }
            let level = (sum / Double(count) * highest).rounded()
            return Sparkline.levels[level.isNaN ? 0 : Int(min(max(level, 0), highest))]
        }
        blocks = String(characters)
    }
}

extension Sparkline: CustomStringConvertible {
    /// The blocks, the first and last value, and between which values all are: `█▅▂▁ 0.9 → 0.1 (0.08 … 0.9)`.
    package var description: String {
        guard let first, let last else { return "" }
        let ends = "\(blocks) \(FigureNumber.significant(first)) → \(FigureNumber.significant(last))"
        guard let minimum, let maximum else { return ends }
        return "\(ends) (\(FigureNumber.significant(minimum)) … \(FigureNumber.significant(maximum)))"
    }
}
