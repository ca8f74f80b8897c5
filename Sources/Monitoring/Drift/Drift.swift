#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// How far two samples are from each other: pure functions of counts in the same bins, or of values.
package enum Drift {
    /// What stands for an empty bin's share, as no logarithm of nothing can be taken.
    package static let leastShare = 0.0001

    /// A test's statistic, and how likely one as large is where both samples come from one distribution.
    package struct Test: Sendable, Hashable {
        /// The statistic.
        package let statistic: Double
        /// The probability of one as large, from 0 to 1.
        package let probability: Double
    }

    /// Returns the population stability index, Σ (a − e) · ln(a / e) over the shares of bins, empty ones with a share
    /// of 0.0001; `nil` where a sample is empty or the bins are not the same.
    package static func populationStability(reference: [Int], current: [Int]) -> Double? {
        guard let expected = shares(reference), let actual = shares(current), expected.count == actual.count else {
            return nil
        }
        var sum = 0.0
        for (e, a) in zip(expected, actual) where e > 0 || a > 0 {
            let (e, a) = (e > 0 ? e : leastShare, a > 0 ? a : leastShare)
            sum += (a - e) * log(a / e)
        }
        return sum
    }

    /// Returns the Jensen–Shannon divergence with logarithms of base 2, from 0 to 1; `nil` as above.
    package static func jensenShannonDivergence(_ left: [Int], _ right: [Int]) -> Double? {
        guard let p = shares(left), let q = shares(right), p.count == q.count else { return nil }
        var sum = 0.0
        for (p, q) in zip(p, q) {
            let middle = (p + q) / 2
            if p > 0 { sum += p * log2(p / middle) }
            if q > 0 { sum += q * log2(q / middle) }
        }
        return min(1, max(0, sum / 2))
    }

    /// Returns the root of that divergence, which is a distance.
    package static func jensenShannonDistance(_ left: [Int], _ right: [Int]) -> Double? {
        jensenShannonDivergence(left, right).map { $0.squareRoot() }
    }

    /// Returns Pearson's χ² of counts against the shares of a reference, bins that are empty in it with a share of
    /// 0.0001, and its probability with one degree of freedom less than there are bins; bins that are empty in both do
    /// not count.
    ///
    /// Where all values of both are in one bin, nothing could be otherwise: the probability is 1. `nil` as above.
    package static func chiSquare(reference: [Int], current: [Int]) -> Test? {
        guard let expected = shares(reference), expected.count == current.count, !current.contains(where: { $0 < 0 })
        else { return nil }
        let bins = zip(expected, current).filter { $0 > 0 || $1 > 0 }
        let floored = bins.map { $0.0 > 0 ? $0.0 : leastShare }
        let (whole, total) = (floored.reduce(0, +), Double(current.reduce(0, +)))
        guard total > 0 else { return nil }
        guard bins.count > 1 else { return Test(statistic: 0, probability: 1) }
        var statistic = 0.0
        for (share, bin) in zip(floored, bins) {
            let wanted = share / whole * total
            statistic += (Double(bin.1) - wanted) * (Double(bin.1) - wanted) / wanted
        }
        return Test(
            statistic: statistic,
            probability: upperGamma(Double(bins.count - 1) / 2, statistic / 2)
        )
    }

    /// Returns the two-sample Kolmogorov–Smirnov statistic of two samples in any order, and its probability by the
    /// asymptotic formula; `nil` where a sample is empty or has what is no number.
    package static func kolmogorovSmirnov(_ left: [Double], _ right: [Double]) -> Test? {
        guard !left.isEmpty, !right.isEmpty, !left.contains(where: \.isNaN), !right.contains(where: \.isNaN) else {
            return nil
        }
        let (left, right) = (left.sorted(), right.sorted())
        var (i, j, distance) = (0, 0, 0.0)
        while i < left.count, j < right.count {
            let value = min(left[i], right[j])
            while i < left.count, left[i] == value { i += 1 }
            while j < right.count, right[j] == value { j += 1 }
            distance = max(distance, abs(Double(i) / Double(left.count) - Double(j) / Double(right.count)))
        }
        return Test(
            statistic: distance,
            probability: kolmogorovProbability(distance, Double(left.count), Double(right.count))
        )
    }

    /// Returns the asymptotic probability of a statistic at least as large, for samples of `n` and `m` values.
    package static func kolmogorovProbability(_ distance: Double, _ n: Double, _ m: Double) -> Double {
        kolmogorovSurvival(distance * (n * m / (n + m)).squareRoot())
    }

    /// Returns the share of each bin; `nil` where there is nothing, or less.
    private static func shares(_ counts: [Int]) -> [Double]? {
        let total = counts.reduce(0.0) { $0 + Double($1) }
        guard total > 0, !counts.contains(where: { $0 < 0 }) else { return nil }
        return counts.map { Double($0) / total }
    }
}
