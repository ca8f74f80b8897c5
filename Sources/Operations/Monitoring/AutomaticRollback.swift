import Deployment
import ModelCore

/// Puts the last good version back, as `git model rollback` does.
struct AutomaticRollback: Sendable {
    let look: MonitorLook

    /// Rolls back from the release that was judged, and from no other; returns the version that runs then.
    func run(because reason: String, from release: ReleaseID) async throws -> String {
        let target = look.target.name
        var options = RollBackTarget.Options()
        options.reason = reason
        options.expected = release
        options.brake = RollbackBrake(cooldown: look.settings.cooldown, limit: look.settings.limit)
        let report = try await RollBackTarget(target.text, options: options).run(in: look.workspace.context)
        guard report.state == .succeeded else {
            throw Failure(.failed, report.reason ?? "\(report.version) could not be put back")
        }
        return report.version
    }
}
