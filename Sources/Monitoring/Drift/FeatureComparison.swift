/// The live values of a feature beside the reference.
package struct FeatureComparison: Sendable {
    /// How many values of each of the profile's bins there are live.
    package let counts: [Int]
    /// How many live values were missing.
    package let missing: Int

    private let profile: FeatureProfile
    private let edges: [Double]
    private let live: [Int]

    /// Compares counts as `WindowStatistics` has them; `nil` for those of other bins.
    package init?(_ profile: FeatureProfile, _ bins: FeatureBins, _ counts: [Int]) {
        guard let grouped = bins.grouped(counts) else { return nil }
        self.profile = profile
        self.counts = grouped.counts
        missing = grouped.missing
        let isFine = counts.count == bins.count + 1
        edges = isFine ? bins.edges : profile.edges
        live = Array(counts.dropLast())
    }

    /// How many live values there are, without missing ones.
    package var count: Int { counts.reduce(0, +) }

    /// The share of live values that are missing; `nil` where there are none at all.
    package var missingShare: Double? {
        count + missing > 0 ? Double(missing) / Double(count + missing) : nil
    }

    /// Returns how far the live values are from the reference; `nil` where there are none, or the method is not for
    /// such values.
    package func score(_ method: DriftMethod) -> Double? {
        switch method {
        case .psi: Drift.populationStability(reference: profile.counts, current: counts)
        case .js: Drift.jensenShannonDistance(profile.counts, counts)
        case .ks: statistic
        case .chi2: Drift.chiSquare(reference: profile.counts, current: counts)?.probability
        }
    }

    /// The largest distance of the two distribution functions, at the bounds of the bins: no more than that between
    /// them.
    private var statistic: Double? {
        let total = live.reduce(0, +)
        guard profile.kind == .numeric, total > 0, profile.count > 0, profile.quantiles.count > 1 else { return nil }
        var (below, distance) = (0, 0.0)
        for (edge, count) in zip(edges, live) {
            below += count
            let current = Double(below) / Double(total)
            // Of the reference it is known between which two percents the bound is.
            let range = referenceShare(upTo: edge)
            distance = max(distance, range.lowerBound - current, current - range.upperBound)
        }
        return distance
    }

    private func referenceShare(upTo edge: Double) -> ClosedRange<Double> {
        let last = Double(profile.quantiles.count - 1)
        let position = FeatureBins.position(of: edge.nextUp, in: profile.quantiles)
        guard position > 0 else { return 0...0 }
        return Double(position - 1) / last...min(1, Double(position) / last)
    }
}
