/// Powers of ten, without the C library, which would make drawings differ between platforms.
enum Decade {
    /// Returns 10 to that power, as near as binary64 comes; 0 or infinite beyond its range.
    static func power(_ exponent: Int) -> Double {
        Double("1e\(exponent)") ?? (exponent < 0 ? 0 : .infinity)
    }

    /// Returns the largest power of ten, as its exponent, that is no greater than a number, which is finite and above
    /// 0.
    static func floor(_ number: Double) -> Int {
        var exponent = Int((Double(number.exponent) * 0.301_029_995_663_981_2).rounded(.down))
        while power(exponent + 1) <= number { exponent += 1 }
        while power(exponent) > number { exponent -= 1 }
        return exponent
    }

    /// Returns the decimal logarithm of a number, which is finite and above 0, to twelve digits.
    static func logarithm(_ number: Double) -> Double {
        // ln m = 2 artanh((m − 1) / (m + 1)); with m from 1 to 2 each term is less than a ninth of the one before.
        let ratio = (number.significand - 1) / (number.significand + 1)
        var power = ratio
        var sum = ratio
        for divisor in stride(from: 3.0, through: 25, by: 2) {
            power *= ratio * ratio
            sum += power / divisor
        }
        return Double(number.exponent) * 0.301_029_995_663_981_2 + 2 * sum * 0.434_294_481_903_251_83
    }
}
