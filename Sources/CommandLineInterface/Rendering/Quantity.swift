/// Amounts as people read them, in decimal units, the same in every message.
enum Quantity {
    /// Returns a size: `512 B`, `90.9 MB`, `1.3 GB`; one decimal below 100, none from there on.
    static func bytes(_ count: Int64) -> String {
        scaled(count, units: ["B", "kB", "MB", "GB", "TB", "PB", "EB"])
    }

    /// Returns a rate, from a count of bytes and a duration in nanoseconds: `310 MB/s`.
    static func rate(bytes count: Int64, nanoseconds: Int64) -> String {
        bytes(Int64(Double(count) * 1e9 / Double(max(nanoseconds, 1)))) + "/s"
    }

    /// Returns a duration given in milliseconds; what a record says may be any number.
    static func duration(milliseconds: Int64) -> String {
        duration(nanoseconds: max(0, min(milliseconds, .max / 2_000_000)) * 1_000_000)
    }

    /// Returns a duration given in seconds; what a record says may be any number.
    static func duration(seconds: Double) -> String {
        duration(milliseconds: seconds > 0 ? Int64(min(seconds * 1000, 4e12)) : 0)
    }

    /// Returns a duration given in nanoseconds: `0.3 s`, `42 s`, `2 min 05 s`, `1 h 10 min`, `3 d 4 h`.
    static func duration(nanoseconds: Int64) -> String {
        let tenths = (max(nanoseconds, 0) + 50_000_000) / 100_000_000
        if tenths < 100 { return "\(tenths / 10).\(tenths % 10) s" }
        let seconds = (tenths + 5) / 10
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(twoDigits(seconds % 60)) s" }
        let minutes = (seconds + 30) / 60
        if minutes < 1440 { return "\(minutes / 60) h \(twoDigits(minutes % 60)) min" }
        let hours = (minutes + 30) / 60
        return "\(hours / 24) d \(hours % 24) h"
    }

    /// Returns a count with its noun: `1 file`, `3 files`; the plural is the noun and an `s` unless given.
    static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(plural ?? noun + "s")"
    }

    /// Returns a number with three significant digits: `0.0123`, `-4.56`, `789`, `1.23e-07`.
    static func significant(_ number: Double) -> String {
        guard number.isFinite, number != 0 else { return number == 0 ? "0" : "\(number)" }
        var exponent = 0
        var mantissa = number.magnitude
        while mantissa >= 9.995 {
            mantissa /= 10
            exponent += 1
        }
        while mantissa < 0.9995 {
            mantissa *= 10
            exponent -= 1
        }
        let digits = String(Int((mantissa * 100).rounded()))
        let sign = number < 0 ? "-" : ""
        switch exponent {
        case 0...1:
            let split = digits.index(digits.startIndex, offsetBy: exponent + 1)
            return sign + digits[..<split] + "." + digits[split...]
        case 2...5: return sign + digits + String(repeating: "0", count: exponent - 2)
        case -4...(-1): return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits
        default:
            let power = "\(exponent.magnitude)"
            let padding = power.count < 2 ? "0" : ""
            return "\(sign)\(digits.prefix(1)).\(digits.dropFirst())e\(exponent < 0 ? "-" : "+")\(padding)\(power)"
        }
    }

    /// Returns a number between -1 and 1 with that many decimals: `0.999871`.
    static func decimals(_ number: Double, _ count: Int) -> String {
        var scale = 1
        for _ in 0..<count { scale *= 10 }
        let units = Int((number.magnitude * Double(scale)).rounded())
        let fraction = String(units % scale)
        let padding = String(repeating: "0", count: count - fraction.count)
        return "\(number < 0 ? "-" : "")\(units / scale).\(padding)\(fraction)"
    }

    private static func scaled(_ count: Int64, units: [String]) -> String {
        let magnitude = count.magnitude
        if magnitude < 1000 { return "\(count) \(units[0])" }
        var divisor: UInt64 = 1000
        var unit = 1
        // 999.5 of a unit would round to 1000: that is 1.0 of the next.
        while unit + 1 < units.count, magnitude >= divisor * 1000 - divisor / 2 {
            divisor *= 1000
            unit += 1
        }
        let sign = count < 0 ? "-" : ""
        let tenths = magnitude / (divisor / 10) + (magnitude % (divisor / 10) >= divisor / 20 ? 1 : 0)
        if tenths < 1000 { return "\(sign)\(tenths / 10).\(tenths % 10) \(units[unit])" }
        let whole = magnitude / divisor + (magnitude % divisor >= divisor / 2 ? 1 : 0)
        return "\(sign)\(whole) \(units[unit])"
    }

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
