/// How values of metrics are written: with as many digits as they need, or with a number of decimals.
struct FigureFormat: Sendable {
    /// The most decimals that can be asked for.
    static let maximumDecimals = 15

    private let decimals: Int?

    /// Creates a format; without a number of decimals, values have the digits that tell them apart.
    init(decimals: Int? = nil) { self.decimals = decimals }

    /// Returns a value; nothing where there is none.
    func text(_ value: Double?) -> String {
        guard let value else { return "" }
        guard let decimals else { return RunText.number(value) }
        return FigureFormat.rounded(value, decimals) ?? RunText.number(value)
    }

    /// Returns a difference with its sign.
    func signed(_ value: Double?) -> String {
        guard let value else { return "" }
        return (value > 0 ? "+" : "") + text(value)
    }

    /// Returns a share in percent with its sign and three digits: `+4.35 %`.
    func percent(_ share: Double?) -> String {
        guard let share, share.isFinite else { return "" }
        return (share > 0 ? "+" : "") + Quantity.significant(100 * share) + " %"
    }

    /// Returns a number with so many decimals; `nil` for one that is too large for them, and where nothing would be
    /// left of it.
    private static func rounded(_ value: Double, _ decimals: Int) -> String? {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let units = (value.magnitude * scale).rounded()
        guard units < 1e15, units > 0 || value == 0 else { return nil }
        var digits = String(Int64(units))
        if decimals > 0 {
            digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -decimals))
        }
        return (value < 0 ? "-" : "") + digits
    }
}
