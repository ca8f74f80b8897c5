import Git
import ModelCore
import Registry
import Remotes

extension Doctor {
    /// What the tracked files say that cannot be read, each with the command that brings it back.
    func tracked(in workspace: Workspace) async throws -> [Check] {
        let models = try ModelIndex.workTree(of: workspace.repository).damaged
        let pointers = try await workspace.pointers()
        var checks = models.map { damage -> Check in
            let file = ShellWord.quoted(damage.path)
            guard !damage.isUnmerged else {
                return .wrong("\(damage.path) has a merge conflict", "keep what is right in it, then git add \(file)")
            }
            let verb = damage.isMisnamed ? "rm" : "checkout"
            return .wrong("\(damage.path): \(damage.problem)", "git \(verb) -- \(file)")
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
        let file = ShellWord.quoted(damage.path)
        func aside(_ path: String) -> String {
            "mv \(ShellWord.quoted(path)) \(ShellWord.quoted(path + ".aside"))"
        }
        return switch damage.kind {
        case .newerVersion: "install a newer git-model"
        case .unmerged: "git model add \(damage.artifact?.shellWord ?? file)"
        case .obstructed(let obstacle): "\(aside(obstacle)), then git checkout -- \(file)"
        case .foreign: aside(damage.path)
        case .unusableName: "git rm --cached -- \(file)"
        case .malformed, .notAFile: "git checkout -- \(file)"
        }
    }

    /// Without its line in `.gitignore`, an artifact goes to Git with the next `git add .`.
    private func ignoreLines(for artifacts: [PointerIndex.Entry], in workspace: Workspace) async throws -> [Check] {
        let paths = artifacts.map { GitPath($0.path.text) }
        let rules = try await workspace.repository.index.rules(for: paths)
        var checks: [Check] = []
        for (artifact, path) in zip(artifacts, paths) {
            let rule = rules[path]
            if let rule, !rule.isNegative { continue }
            let ignoreFile = IgnoreFile.path(in: artifact.path.parent)
            var file = IgnoreFile(try await workspace.trackedBytes(of: ignoreFile) ?? [])
            // Its line may be there, and a later one take it back: then another line like it helps nobody.
            guard let rule, !file.ignore([artifact.path.name]) else {
                let remedy = "git model add \(artifact.path.shellWord)"
                checks.append(.missing("line for \(artifact.path) in .gitignore", remedy))
                continue
            }
            checks.append(
                .wrong(
                    "Git does not ignore \(artifact.path): line \(rule.line) of \(rule.source) is \(rule.pattern)",
                    "move that line before the one for \(artifact.path) in \(ignoreFile), or take it away"
                )
            )
        }
        return checks
    }

    /// Whether each remote can be used, and whether this user agreed to write to it.
    func remotes(of workspace: Workspace) async throws -> [Check] {
        let names = workspace.configuration.remoteNames
        guard !names.isEmpty else { return [.missing("remote", "git model remote add store URL")] }
        var checks: [Check] = []
        for name in names {
            do { checks += try await look(at: try workspace.remote(named: name), in: workspace) } catch {
                checks.append(.wrong("remote \(name): \(error)", Doctor.moved(name)))
            }
        }
        return checks
    }

    private static func moved(_ remote: String) -> String {
        "git model remote add --force \(ShellWord.quoted(remote)) URL"
    }

    private func look(at remote: ConfiguredRemote, in workspace: Workspace) async throws -> [Check] {
        let place = remote.isThisMachineOnly ? " (this machine only)" : ""
        let subject = "remote \(remote.name) → \(RemoteURL.shown(remote.url))"
        // The first push makes the store: that there is none is a fault only after one.
        let isThere = try await remote.store.format() != nil || remote.acknowledged().isEmpty
        let check: Check =
            isThere
            ? .ok(subject + place)
            : .missing(subject, "\(Doctor.moved(remote.name)), if it has moved")
        guard try !workspace.agrees(to: remote.url) else { return [check] }
        let agreement = "your agreement to write to remote \(remote.name)"
        return [check, .missing(agreement, Trust.line(remote.location))]
    }
}
