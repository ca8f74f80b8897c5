import Deployment
import ModelCore

extension DeploymentRun {
    /// Warns where an earlier deployment by the same tag was of another commit, with other files: somebody moved it.
    func movedTagWarning(_ situation: Situation) -> [String] {
        let tag = release.tag
        let ran = situation.history.events.filter { (event: DeploymentEvent) -> Bool in
            event.state == .succeeded || event.state == .paused
        }
        let named = ran.last { (event: DeploymentEvent) -> Bool in event.tag == tag }
        guard let earlier = named, earlier.commit != release.commit else { return [] }
        // Which release it is, its files say, and its name, which is the same.
        guard earlier.release != release.id else { return [] }
        let now = release.commit.prefix(12)
        let before = QuotedPath.printable(String(earlier.commit.prefix(12)))
        let day = QuotedPath.printable(String(earlier.at.prefix(10)))
        let then = "on \(day) it was deployed to \(target.name) from commit \(before)"
        return ["\(tag) is not what it was: \(then), now it is \(now), with other files: somebody moved the tag"]
    }
}

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
