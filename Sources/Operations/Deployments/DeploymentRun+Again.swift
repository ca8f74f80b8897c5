import Deployment

/// A cluster that is told again of the version that it runs, because keys of the target are others.
extension DeploymentRun {
    /// Whether this is what is being done.
    func isToldAgain(_ situation: Situation) -> Bool {
        target.kind == .kubernetes && situation.current == release.id
    }

    /// Whether what was told does not work out, and there is no way back: nobody but the user knows the keys of before.
    func hasNoWayBack(_ failure: Failure, _ situation: Situation) -> Bool {
        isToldAgain(situation) && (failure.kind == .failed || failure.kind == .verification)
    }

    /// Notes that it failed, and says the way out.
    func failed(
        _ event: DeploymentEvent,
        _ seal: ReleaseSeal,
        _ failure: Failure,
        _ report: DeploymentReport
    ) async -> DeploymentReport {
        var (event, report) = (event, report)
        event.state = .failed
        event.reason = failure.message
        await session.forget(seal)
        report.state = .failed
        report.reason = failure.message
        report.hints = [
            "set the keys of the target back, and deploy again: `git model deploy \(release.tag) \(target.name)`"
        ]
        note(event, &report)
        return report
    }
}
