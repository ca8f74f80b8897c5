/// How far a metric may be from what it was and still count as the same.
package struct MetricTolerance: Sendable, Hashable {
    /// How a metric of one run compares with that of another.
    package enum Agreement: String, Sendable, Encodable {
        /// The same number, or none both times.
        case same
        /// As near as it has to be.
        case near
        case different
        /// Only the earlier run has it.
        case missing

        /// Whether the metric is there again.
        package var isAgreement: Bool { self == .same || self == .near }
    }

    /// Numbers nearer to zero than this are as far from each other as if they were not.
    private static let floor = 1e-6

    /// The share of the larger number, by magnitude, that two may be apart; 0 wants the same number.
    package let share: Double

    /// None: only the same number agrees.
    package static let none = MetricTolerance()

    private init() { share = 0 }

    /// Creates a tolerance; `nil` for a share that is negative or no number.
    package init?(share: Double) {
        guard share >= 0, share.isFinite else { return nil }
        self.share = share
    }

    /// Compares a metric with what it was.
    package func agreement(_ before: Double, _ after: Double?) -> Agreement {
        guard let after else { return .missing }
        if before == after || before.isNaN && after.isNaN { return .same }
        guard before.isFinite, after.isFinite else { return .different }
        let scale = max(abs(before), abs(after), MetricTolerance.floor)
        return abs(before - after) <= share * scale ? .near : .different
    }
}
