import Deployment
import Git
import ModelCore
import Registry

extension Workspace {
    /// Returns what targets run or could go back to: the pointers of the commits of each target's last releases, as
    /// many as it keeps and one, whichever Git remote says so.
    ///
    /// A commit that is not here keeps nothing alive: what it needs is at the target.
    func deployedPointers() async throws -> [Pointer] {
        let configured = Dictionary(targets().targets.map { ($0.target.name, $0.target.keep) }) { first, _ in first }
        var histories = try await allRecords()
        for target in try await recordedTargets() { histories.append(try await deployments(of: target).history) }
        var commits: Set<GitObjectID> = []
        for history in histories {
            let count = (configured[history.target] ?? 3) + 1
            var releases: [ReleaseID] = []
            for event in history.events.reversed() {
                // What gets a part of the traffic beside the current release is none of those that are kept.
                guard event.state == .succeeded || event.state == .paused else { continue }
                if event.state == .succeeded, !releases.contains(event.release) { releases.append(event.release) }
                guard releases.count <= count else { break }
                if let commit = GitObjectID(event.commit) { commits.insert(commit) }
            }
        }
        var found: Set<Pointer> = []
        for commit in commits {
            guard let here = try? await repository.objects.resolve(commit.hex, to: .commit) else { continue }
            let index = try await pointers(at: here)
            found.formUnion(index.entries.map(\.pointer) + index.damaged.compactMap(\.named))
        }
        return Array(found)
    }

    /// Returns what each Git remote has of each target, by itself: whose records count may be unclear, and what only a
    /// fork says can keep bytes, but push none out.
    private func allRecords() async throws -> [DeploymentHistory] {
        var histories: [DeploymentHistory] = []
        for reference in try await repository.objects.references(prefix: RunPins.remotePrefix) {
            let parts = reference.name.split(separator: "/")
            guard parts.dropLast().last == "deployments", let name = parts.last, let target = try? TargetName(name)
            else { continue }
            let records = DeploymentRecords(workspace: self, target: target)
            histories.append(DeploymentHistory(target, try await records.events(in: reference.peeledID).events))
        }
        return histories
    }
}
