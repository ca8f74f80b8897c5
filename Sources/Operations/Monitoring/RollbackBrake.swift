import Deployment
import ModelCore

/// Keeps automatic rollbacks from following each other, by what is recorded of them.
struct RollbackBrake: Sendable {
    /// What the reasons of automatic rollbacks begin with.
    static let reasonPrefix = "monitor: "
    private static let day: Int64 = 86_400

    /// How many seconds have to pass between two.
    let cooldown: Int
    /// How many there may be in a day.
    let limit: Int

    /// Returns why there must be no rollback at a time, in seconds since 1970; `nil` where there may be one.
    ///
    /// That a canary was ended does not count, and one is ended whatever happened before: what ran goes on.
    /// A clock that was set back makes of what just happened something that is still to come: it counts by its
    /// distance.
    func objection(to history: DeploymentHistory, at time: Int64, endingCanary: Bool = false) -> String? {
        guard limit > 0 else { return "automatic rollbacks are turned off" }
        guard !endingCanary else { return nil }
        let times = history.events.filter {
            $0.action == .rollback && !$0.endsCanary && $0.reason?.hasPrefix(RollbackBrake.reasonPrefix) == true
        }.map { CivilDate.secondsSince1970(parsing: $0.at) ?? time }
        let distances = times.map { ($0 - time).magnitude }
        if distances.contains(where: { $0 < UInt64(cooldown) }) {
            return "the last automatic rollback was less than \(cooldown) seconds ago"
        }
        let count = distances.count { $0 < UInt64(RollbackBrake.day) }
        guard count >= limit else { return nil }
        return "there were \(count) automatic rollbacks within a day, and more need somebody to decide"
    }
}
