/// Where values stand on an axis, and which of its places bear numbers.
struct AxisScale {
    /// Values further out are drawn at this distance, so that a span is finite.
    private static let outermost = 1e300
    /// Spans below this share of the values cannot be told from none.
    private static let finest = 1e-12
    /// The smallest span there is.
    private static let leastSpan = 1e-290

    /// What becomes of a linear axis's ends.
    enum Fit {
        /// They stay where the values end.
        case tight
        /// They move out to the next ticks.
        case ticks
    }

    private enum Kind {
        case linear(lower: Double, upper: Double)
        /// From one power of ten to another.
        case logarithmic(lower: Int, upper: Int)
    }

    private let kind: Kind
    /// The places with numbers, the lowest first.
    let ticks: [AxisTick]

    /// Creates a linear axis for finite values from `low` to `high`, with about `count` parts.
    init(linearFrom low: Double, to high: Double, parts count: Int, fit: Fit) {
        let (low, high) = AxisScale.spread(low, high)
        let step = TickStep(dividing: high - low, into: count)
        // What division loses must neither cost a tick nor add one.
        let isTight = fit == .tight
        let slack = isTight ? 1e-9 : -1e-9
        let first = (step.count(to: low) - slack).rounded(isTight ? .up : .down)
        let last = (step.count(to: high) + slack).rounded(isTight ? .down : .up)
        ticks = AxisScale.labelled(first <= last ? Array(Int(first)...Int(last)) : [], step)
        kind = .linear(
            lower: isTight ? low : step.value(Int(first)),
            upper: isTight ? high : step.value(Int(last))
        )
    }

    /// Creates a logarithmic axis for finite values from `low`, which is above 0, to `high`, which is greater.
    init(logarithmicFrom low: Double, to high: Double) {
        let lower = Decade.floor(low)
        let floor = Decade.floor(high)
        let upper = max(lower + 1, Decade.power(floor) < high ? floor + 1 : floor)
        kind = .logarithmic(lower: lower, upper: upper)
        let isPlain = lower >= -4 && upper <= 5
        ticks = stride(from: lower, through: upper, by: (upper - lower + 5) / 6).map { exponent in
            let isShort = isPlain || exponent == 0
            let label = isShort ? FigureNumber.plain(1, exponent) : FigureNumber.scientific(1, exponent)
            return AxisTick(value: Decade.power(exponent), label: label)
        }
    }

    /// Whether equal distances are equal factors.
    var isLogarithmic: Bool { if case .logarithmic = kind { true } else { false } }

    /// Returns how far along the axis a finite value is, from 0 to 1; what is beyond an end is at that end.
    func share(of value: Double) -> Double {
        let share: Double
        switch kind {
        case .linear(let lower, let upper): share = (min(max(value, lower), upper) - lower) / (upper - lower)
        case .logarithmic(let lower, let upper):
            share = (Decade.logarithm(value) - Double(lower)) / Double(upper - lower)
        }
        return min(max(share, 0), 1)
    }

    /// Makes room around values that are one, or as good as one.
    private static func spread(_ low: Double, _ high: Double) -> (Double, Double) {
        let (low, high) = (max(min(low, outermost), -outermost), max(min(high, outermost), -outermost))
        let magnitude = max(low.magnitude, high.magnitude)
        guard high - low <= max(magnitude * finest, leastSpan) else { return (low, high) }
        let room = magnitude < 1e-280 ? 1 : magnitude * 0.1
        return (low - room, high + room)
    }

    private static func labelled(_ counts: [Int], _ step: TickStep) -> [AxisTick] {
        let farthest = counts.map { ($0 * step.factor).magnitude }.max() ?? 0
        let leading = String(farthest).utf8.count - 1 + step.exponent
        let isPlain = (-4...6).contains(leading)
        return counts.map { count in
            var (digits, exponent) = (count * step.factor, step.exponent)
            while digits != 0, digits % 10 == 0 {
                digits /= 10
                exponent += 1
            }
            let label = isPlain ? FigureNumber.plain(digits, exponent) : FigureNumber.scientific(digits, exponent)
            return AxisTick(value: step.value(count), label: label)
        }
    }
}
