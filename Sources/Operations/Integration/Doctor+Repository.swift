import Git
import ModelCore
import Registry
import Remotes

extension Doctor {
    /// What the tracked files say that cannot be read, each with the command that brings it back.
    func tracked(in workspace: Workspace) async throws -> [Check] {
        let models = try ModelIndex.workTree(of: workspace.repository).damaged
        let pointers = try await workspace.pointers()
        var checks = models.map { damage in
            damage.isUnmerged
                ? Check.wrong(
                    "\(damage.path) has a merge conflict",
                    "keep what is right in it, then git add \(damage.path)"
                )
                : Check.wrong("\(damage.path): \(damage.problem)", "git checkout -- \(damage.path)")
        }
        checks += pointers.damaged.map { .wrong("\($0.path): \($0.problem)", Doctor.remedy(for: $0)) }
        return try await checks + ignoreLines(for: pointers.entries, in: workspace)
    }

    /// The Git remotes from which others' runs do not come by themselves.
    func fetching(in workspace: Workspace) async throws -> [Check] {
        let configuration = try await workspace.repository.program.configuration()
        return FetchRefspecs.missing(from: configuration).map {
            .note("git fetch does not bring the runs of others from \($0)", "git model install")
        }
    }

    private static func remedy(for damage: PointerIndex.Damage) -> String {
        switch damage.kind {
        case .newerVersion: "install a newer git-model"
        case .unmerged: "git model add \(damage.artifact?.text ?? damage.path)"
        case .obstructed(let obstacle): "mv \(obstacle) \(obstacle).aside, then git checkout -- \(damage.path)"
        case .foreign: "mv \(damage.path) \(damage.path).aside"
        case .unusableName: "git rm --cached -- \(damage.path)"
        case .malformed, .notAFile: "git checkout -- \(damage.path)"
        }
    }

    /// Without its line in `.gitignore`, an artifact goes to Git with the next `git add .`.
    private func ignoreLines(for artifacts: [PointerIndex.Entry], in workspace: Workspace) async throws -> [Check] {
        let paths = artifacts.map { GitPath($0.path.text) }
        let rules = try await workspace.repository.index.ignoringRules(for: paths)
        return zip(artifacts, paths).filter { rules[$1] == nil }.map { artifact, _ in
            .missing("line for \(artifact.path) in .gitignore", "git model add \(artifact.path)")
        }
    }

    /// Whether each remote can be used, and whether this user agreed to write to it.
    func remotes(of workspace: Workspace) async throws -> [Check] {
        let names = workspace.configuration.remoteNames
        guard !names.isEmpty else { return [.missing("remote", "git model remote add store URL")] }
        var checks: [Check] = []
        for name in names {
            do { checks += try await look(at: try workspace.remote(named: name), in: workspace) } catch {
                checks.append(.wrong("remote \(name): \(error)", "git model remote add --force \(name) URL"))
            }
        }
        return checks
    }

    private func look(at remote: ConfiguredRemote, in workspace: Workspace) async throws -> [Check] {
        let place = remote.isThisMachineOnly ? " (this machine only)" : ""
        let subject = "remote \(remote.name) → \(RemoteURL.shown(remote.url))"
        // The first push makes the store: that there is none is a fault only after one.
        let isThere = try await remote.store.format() != nil || remote.acknowledged().isEmpty
        let check: Check =
            isThere
            ? .ok(subject + place)
            : .missing(subject, "git model remote add --force \(remote.name) URL, if it has moved")
        guard try !workspace.agrees(to: remote.url) else { return [check] }
        let agreement = "your agreement to write to remote \(remote.name)"
        return [check, .missing(agreement, Trust.line(remote.location))]
    }
}
