package import Monitoring

/// What one look at a target gave.
package struct MonitorReport: Report {
    /// Something that was done, or not, because rules are breached.
    package struct ActionTaken: Sendable, Encodable {
        /// `webhook` or `rollback`.
        package let action: String
        /// What it is about: a URL, or the version that runs now.
        package let subject: String?
        /// Whether it was done.
        package let isDone: Bool
        /// Why not, as a clause; else nothing.
        package let reason: String?
    }

    /// The target.
    package let target: String
    /// When, as `2026-01-02T03:04:05Z`.
    package let time: String
    /// The model that runs there; left out where that is not known.
    package var model: String?
    /// Its version, as `v1.2.3`.
    package var version: String?
    /// Whether that is the version with a part of the traffic, beside the one that has the rest.
    package let isCanary: Bool
    /// Where it was counted.
    package var source: String
    /// The verdict on all rules.
    package var verdict: MonitorVerdict
    /// What came of each rule, in the order of the configuration.
    package var rules: [MonitorFinding]
    /// What was done.
    package var actions: [ActionTaken] = []
    /// Whether everybody who was asked answered.
    var isAnswered = true
    package var warnings: [String] = []
    package var hints: [String] = []
    package var problems: [Problem] = []

    /// `no` where a rule is breached, `partial` where nothing is known.
    package var outcome: Outcome {
        switch verdict {
        case .ok: .ok
        case .breached: .negative
        case .inconclusive: .partial
        }
    }

    private enum CodingKeys: String, CodingKey {
        case target, time, model, version, isCanary, source, verdict, rules, actions
    }
}
