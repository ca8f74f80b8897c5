import Deployment
import Registry

/// Takes releases away that are neither current nor among those that are kept for a way back.
struct ReleasePruning {
    let session: TargetSession

    /// Returns what could not be taken away, as warnings.
    func run() async -> [String] {
        do {
            let seals = try await session.driver.seals()
            let history = try session.history(seals)
            let current = try await session.driver.current()
            let canary = try await session.driver.canary()?.release
            let kept = kept(of: seals, current, history).union(canary.map { [$0] } ?? [])
            for seal in seals where !kept.contains(seal.release) { try await session.driver.discard(seal.release) }
            return []
        } catch { return ["older releases on \(session.target.name) stay: \(error)"] }
    }

    private func kept(
        of seals: [ReleaseSeal],
        _ current: ReleaseID?,
        _ history: DeploymentHistory
    ) -> Set<ReleaseID> {
        let others = Set(seals.map(\.release)).subtracting(current.map { [$0] } ?? [])
        var kept: [ReleaseID] = []
        if let previous = history.previousGood(before: current)?.release, others.contains(previous) {
            kept.append(previous)
        }
        for event in history.events.reversed() where kept.count < session.target.keep {
            guard event.state == .succeeded, others.contains(event.release), !kept.contains(event.release) else {
                continue
            }
            kept.append(event.release)
        }
        return Set(kept + (current.map { [$0] } ?? []))
    }
}
