import ModelCore

/// What happened to a target, first things first.
package struct DeploymentHistory: Sendable, Hashable {
    /// The target.
    package let target: TargetName
    /// The events by their sequence; two of one number, which two clones made without knowing of each other, by their
    /// names.
    package let events: [DeploymentEvent]

    /// Creates a history from events in any order, each once.
    package init(_ target: TargetName, _ events: [DeploymentEvent]) {
        self.target = target
        var seen: Set<String> = []
        self.events = events.filter { seen.insert($0.id).inserted }
            .sorted { ($0.sequence, $0.id) < ($1.sequence, $1.id) }
    }

    /// The event that put there what runs; `nil` where nothing does.
    package var current: DeploymentEvent? { events.last { $0.state == .succeeded } }

    /// The event that put a release there which runs; that it has all the traffic again is told by another one, which
    /// counts only where no other is known.
    package func event(of release: ReleaseID) -> DeploymentEvent? {
        let found = events.filter { $0.state == .succeeded && $0.release == release }
        return found.last { !$0.endsCanary } ?? found.last
    }

    /// The sequence of the next event.
    package var nextSequence: Int { (events.last?.sequence ?? 0) + 1 }

    /// Whether a rollback left a release behind, and nobody insisted on it since.
    package func isBad(_ release: ReleaseID) -> Bool {
        let last = events.last {
            let isPlaced = $0.state == .succeeded || $0.state == .paused
            return $0.abandoned == release || ($0.release == release && $0.isForced && isPlaced)
        }
        return last?.abandoned == release
    }

    /// The event to go back to: the last one that succeeded with another release than the current one, which is not
    /// bad.
    package var previousGood: DeploymentEvent? {
        guard let current else { return nil }
        return lastGood(other: current.release)
    }

    /// The event to go back to from what a target says that it runs, which others may have put there since.
    package func previousGood(before running: ReleaseID?) -> DeploymentEvent? {
        guard let running, current?.release != running else { return previousGood }
        // What ran before something that nobody here knows is what is known to have run last.
        guard let now = event(of: running) else { return lastGood(other: running) }
        // Whatever came after what runs was left again, for reasons that are not known here.
        return events.last {
            ($0.sequence, $0.id) < (now.sequence, now.id) && $0.state == .succeeded && $0.release != running
                && !isBad($0.release)
        }
    }

    private func lastGood(other release: ReleaseID) -> DeploymentEvent? {
        events.last { $0.state == .succeeded && $0.release != release && !isBad($0.release) }
    }
}
