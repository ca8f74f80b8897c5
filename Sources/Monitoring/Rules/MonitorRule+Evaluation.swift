extension MonitorRule {
    /// Compares what went on in the rule's window with the rule; values of features need the profile.
    package func evaluate(_ statistics: WindowStatistics, _ profile: ReferenceProfile?) -> MonitorFinding {
        // What was counted in less than a second is something, too.
        guard statistics.covered > 0 || statistics.requests > 0 || statistics.observed > 0 else {
            return MonitorFinding(self, inconclusive: "nothing is known of the last \(window) seconds")
        }
        let count = comparesValues ? statistics.observed : statistics.requests
        guard comparesValues || count >= minimum else { return tooFew("requests", count) }
        switch metric {
        case .errorRate:
            let requests = Double(statistics.requests)
            return finding(requests > 0 ? Double(statistics.errors) / requests : nil, count)
        case .latency(let percent): return latency(percent, of: statistics, count)
        case .requests:
            let finding = finding(Double(statistics.requests), count)
            // There may be more of them until the window is full, or have been before anybody counted.
            let wantsMany = comparison == .greater || comparison == .atLeast
            guard statistics.covered < window, (finding.verdict == .breached) == wantsMany else { return finding }
            let reason = "only \(statistics.covered) of \(window) seconds are known"
            return MonitorFinding(self, inconclusive: reason, count: count)
        case .missing(let subject):
            return values(of: subject, in: statistics, profile, count, \.missingShare)
        case .drift(let method, let subject):
            // With what was empty in the reference, nothing is compared.
            let isTold: (FeatureProfile) -> Bool = { $0.count > 0 && (method != .ks || $0.kind == .numeric) }
            return values(of: subject, in: statistics, profile, count, where: isTold) { $0.score(method) }
        }
    }

    private func latency(_ percent: Int, of statistics: WindowStatistics, _ count: Int) -> MonitorFinding {
        let seconds = statistics.latency(percent: percent)
        guard let seconds, let last = statistics.latencyBounds.last, seconds > last else {
            return finding(seconds, count)
        }
        // It is longer than the last bound, which decides only where the threshold is no longer than that.
        guard threshold <= last else {
            let reason = "it is more than \(FeatureValue.text(of: last)) seconds, and how much more is not known"
            return MonitorFinding(self, inconclusive: reason, count: count)
        }
        let verdict: MonitorVerdict = comparison.holds(seconds, threshold) ? .ok : .breached
        return MonitorFinding(self, verdict, value: last, count: count)
    }

    private func values(
        of subject: Subject,
        in statistics: WindowStatistics,
        _ profile: ReferenceProfile?,
        _ count: Int,
        where isTold: (FeatureProfile) -> Bool = { _ in true },
        _ value: (FeatureComparison) -> Double?
    ) -> MonitorFinding {
        guard let profile else {
            return MonitorFinding(self, inconclusive: "the version has no reference profile", count: count)
        }
        switch subject {
        case .feature(let feature): return values(of: feature, in: statistics, profile, count, value)
        case .everyFeature:
            let names = profile.columns.filter { profile.features[$0].map(isTold) ?? false }
            return worst(names.map { values(of: $0, in: statistics, profile, count, value) }, count)
        case .predictions:
            guard let predictions = profile.predictions else {
                return MonitorFinding(self, inconclusive: "the reference profile has no predictions", count: count)
            }
            let comparison = FeatureComparison(predictions, FeatureBins(predictions), statistics.predictions)
            return finding(comparison, of: ReferenceProfile.predictionName, value)
        }
    }

    /// Whether it is about values in payloads, which needs the reference profile.
    package var comparesValues: Bool {
        switch metric {
        case .errorRate, .latency, .requests: false
        case .drift, .missing: true
        }
    }

    private func finding(_ value: Double?, _ count: Int, of feature: String? = nil) -> MonitorFinding {
        guard let value, value.isFinite else {
            let reason = feature.map { "no values of \($0) can be compared" } ?? "there were no requests"
            return MonitorFinding(self, inconclusive: reason, count: count)
        }
        let verdict: MonitorVerdict = comparison.holds(value, threshold) ? .ok : .breached
        return MonitorFinding(self, verdict, value: value, feature: feature, count: count)
    }

    private func values(
        of feature: String,
        in statistics: WindowStatistics,
        _ profile: ReferenceProfile,
        _ count: Int,
        _ value: (FeatureComparison) -> Double?
    ) -> MonitorFinding {
        guard let reference = profile.features[feature] else {
            return MonitorFinding(self, inconclusive: "the reference profile has no feature \(feature)", count: count)
        }
        let counts = statistics.features[feature] ?? []
        return finding(FeatureComparison(reference, FeatureBins(reference), counts), of: feature, value)
    }

    /// Judges by the values of the feature itself: rows that others have say nothing of it.
    private func finding(
        _ comparison: FeatureComparison?,
        of feature: String,
        _ value: (FeatureComparison) -> Double?
    ) -> MonitorFinding {
        guard let comparison else { return finding(nil, 0, of: feature) }
        var count = comparison.count
        // Of what is missing, a row without a value tells as much as one with it.
        if case .missing = metric { count += comparison.missing }
        guard count >= minimum else { return tooFew("values of \(feature)", count) }
        return finding(value(comparison), count, of: feature)
    }

    private func tooFew(_ what: String, _ count: Int) -> MonitorFinding {
        MonitorFinding(self, inconclusive: "only \(count) of \(minimum) \(what) to judge by", count: count)
    }

    /// Returns the worst of what was found of several features.
    private func worst(_ findings: [MonitorFinding], _ count: Int) -> MonitorFinding {
        // Of two that are alike the one with the value that is further off is worse.
        let worst = findings.max { left, right in
            let (first, second) = (MonitorRule.severity(left), MonitorRule.severity(right))
            guard first == second, let left = left.value, let right = right.value else { return first < second }
            return comparison == .less || comparison == .atMost ? left < right : left > right
        }
        let none = "the reference profile has no features that this can be told of"
        return worst ?? MonitorFinding(self, inconclusive: none, count: count)
    }

    private static func severity(_ finding: MonitorFinding) -> Int {
        switch finding.verdict {
        case .ok: 0
        case .inconclusive: 1
        case .breached: 2
        }
    }
}

extension WindowStatistics {
    /// Returns how many seconds no more than so many percent of requests took longer than, as Prometheus'
    /// `histogram_quantile` guesses it: evenly spread in a bucket; infinity for what is beyond the last bound, and
    /// `nil` without requests.
    package func latency(percent: Int) -> Double? {
        let total = latencyCounts.reduce(0, +)
        guard total > 0, latencyCounts.count == latencyBounds.count + 1 else { return nil }
        let rank = Double(percent) / 100 * Double(total)
        var below = 0
        for (position, count) in latencyCounts.enumerated() {
            if Double(below + count) >= rank, count > 0 {
                guard position < latencyBounds.count else { return .infinity }
                let start = position == 0 ? 0 : latencyBounds[position - 1]
                return start + (latencyBounds[position] - start) * (rank - Double(below)) / Double(count)
            }
            below += count
        }
        return .infinity
    }
}
