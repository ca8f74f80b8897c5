/// Numbers as drawings have them, the same in every locale.
enum FigureNumber {
    /// Returns a place in a drawing, to a tenth: `12`, `-0.5`.
    static func coordinate(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let tenths = Int((min(max(value, -1e9), 1e9) * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let (whole, tenth) = (tenths.magnitude / 10, tenths.magnitude % 10)
        return tenth == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(tenth)"
    }

    /// Returns a number with four significant digits, and to a whole one from 1000 to ten million: `0.1235`, `48017`,
    /// `1.5e-7`.
    static func significant(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-∞" : "∞" }
        let isWhole = value == value.rounded() || value.magnitude >= 1000
        if isWhole, value.magnitude < 1e7 { return "\(Int(value.rounded()))" }
        guard value.magnitude >= 1e-290 else { return "\(value)" }
        var exponent = Decade.floor(value.magnitude) - 3
        var digits = Int((value / Decade.power(exponent)).rounded())
        while digits % 10 == 0 {
            digits /= 10
            exponent += 1
        }
        let leading = exponent + String(digits.magnitude).utf8.count - 1
        return (-4...6).contains(leading) ? plain(digits, exponent) : scientific(digits, exponent)
    }

    /// Returns a share as a percentage without decimals: `97%`.
    static func percentage(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }

    /// Returns digits · 10^exponent without an exponent: `0.0015`, `1500`.
    static func plain(_ digits: Int, _ exponent: Int) -> String {
        guard digits != 0 else { return "0" }
        let sign = digits < 0 ? "-" : ""
        let text = String(digits.magnitude)
        guard exponent < 0 else { return sign + text + String(repeating: "0", count: exponent) }
        let padding = String(repeating: "0", count: max(0, 1 - exponent - text.utf8.count))
        let padded = padding + text
        return "\(sign)\(padded.dropLast(-exponent)).\(padded.suffix(-exponent))"
    }

    /// Returns digits · 10^exponent with one digit before the point: `1.5e-7`.
    static func scientific(_ digits: Int, _ exponent: Int) -> String {
        guard digits != 0 else { return "0" }
        let text = String(digits.magnitude)
        let fraction = text.dropFirst()
        let point = fraction.isEmpty ? "" : "."
        return "\(digits < 0 ? "-" : "")\(text.prefix(1))\(point)\(fraction)e\(exponent + fraction.utf8.count)"
    }
}
