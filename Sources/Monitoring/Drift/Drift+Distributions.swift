#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

extension Drift {
    /// What is added to no effect any more.
    private static let negligible = 1e-16
    private static let stepLimit = 100_000

    /// Returns the probability of more than `x` in Kolmogorov's limit distribution.
    ///
    /// Either series converges for all x, each fast where the other is slow (Marsaglia, Tsang, Wang, "Evaluating
    /// Kolmogorov's Distribution", 2003).
    package static func kolmogorovSurvival(_ x: Double) -> Double {
        guard x > 0 else { return 1 }
        if x < 1 {
            let factor = -Double.pi * Double.pi / (8 * x * x)
            var sum = 0.0
            for k in 0..<20 {
                let odd = Double(2 * k + 1)
                sum += exp(factor * odd * odd)
            }
            return min(1, max(0, 1 - (2 * Double.pi).squareRoot() / x * sum))
        }
        var (sum, sign) = (0.0, 1.0)
        for k in 1..<100 {
            let term = exp(-2 * Double(k) * Double(k) * x * x)
            sum += sign * term
            sign = -sign
            if term < negligible * sum { break }
        }
        return min(1, max(0, 2 * sum))
    }

    /// Returns the regularised incomplete gamma function Q(a, x), the upper one, for a > 0 and x ≥ 0.
    ///
    /// By the series of P below a + 1, else by Lentz's continued fraction (Press et al., "Numerical Recipes", 6.2).
    package static func upperGamma(_ a: Double, _ x: Double) -> Double {
        guard x > 0 else { return 1 }
        guard x.isFinite else { return 0 }
        let scale = exp(a * log(x) - x - logGamma(a))
        return x < a + 1 ? max(0, 1 - scale * lowerSeries(a, x)) : min(1, scale * upperFraction(a, x))
    }

    private static func lowerSeries(_ a: Double, _ x: Double) -> Double {
        var (term, sum, n) = (1 / a, 1 / a, a)
        for _ in 0..<stepLimit {
            n += 1
            term *= x / n
            sum += term
            if term < sum * negligible { break }
        }
        return sum
    }

    private static func upperFraction(_ a: Double, _ x: Double) -> Double {
        // No factor may be nothing: it is divided by.
        let least = 1e-300
        var b = x + 1 - a
        var c = 1 / least
        var d = 1 / (abs(b) < least ? least : b)
        var fraction = d
        for i in 1..<stepLimit {
            let step = -Double(i) * (Double(i) - a)
            b += 2
            d = step * d + b
            if abs(d) < least { d = least }
            c = b + step / c
            if abs(c) < least { c = least }
            d = 1 / d
            fraction *= d * c
            if abs(d * c - 1) < 1e-15 { break }
        }
        return fraction
    }

    /// Returns the logarithm of the gamma function of a positive number: Lanczos' approximation with g = 7 and nine
    /// terms, which unlike the C library's keeps no sign in a global variable.
    private static func logGamma(_ x: Double) -> Double {
        let terms = [
            676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
            -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
        ]
        // Below one half the approximation is of the next whole step.
        if x < 0.5 { return logGamma(x + 1) - log(x) }
        let z = x - 1
        var sum = 0.99999999999980993
        for (position, term) in terms.enumerated() { sum += term / (z + Double(position + 1)) }
        let t = z + 7.5
        return 0.5 * log(2 * Double.pi) + (z + 0.5) * log(t) - t + log(sum)
    }
}
