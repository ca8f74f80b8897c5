import Deployment
import Git
import ModelCore
import Registry

extension Workspace {
    /// Returns what targets run or could go back to: the pointers of the commits of each target's last releases, as
    /// many as it keeps and one.
    ///
    /// A commit that is not here keeps nothing alive: what it needs is at the target.
    func deployedPointers() async throws -> [Pointer] {
        let configured = Dictionary(targets().targets.map { ($0.target.name, $0.target.keep) }) { first, _ in first }
        var commits: Set<GitObjectID> = []
        for target in try await recordedTargets() {
            let count = (configured[target] ?? 3) + 1
            var releases: [ReleaseID] = []
            for event in try await deployments(of: target).history.events.reversed() {
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
}
