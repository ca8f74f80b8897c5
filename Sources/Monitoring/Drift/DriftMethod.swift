/// How it is measured how far live values are from the reference.
package enum DriftMethod: String, Sendable, Hashable, CaseIterable, Codable {
    /// The population stability index, over the profile's bins.
    case psi
    /// The Jensen–Shannon distance with logarithms of base 2, over the profile's bins: from 0 to 1.
    case js
    /// The Kolmogorov–Smirnov statistic, the largest distance of the distribution functions; of numbers only.
    case ks
    /// The p-value of the χ² test, over the profile's bins: small where the values would be a surprise.
    case chi2
}
