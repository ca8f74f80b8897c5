import Git
import ModelCore
package import Runs
import SystemIO

/// `git model runs push` and `git model runs fetch`: runs that are not kept, from one clone to others.
package struct ShareRuns: Sendable {
    /// What was shared.
    package struct Report: Operations.Report {
        /// The Git remote.
        package let remote: String
        /// The runs that went there, or that are known from there now.
        package fileprivate(set) var runs: [RunID]
        package fileprivate(set) var warnings: [String] = []
        package fileprivate(set) var hints: [String] = []
    }

    /// Which way to go.
    package enum Direction: Sendable {
        /// Send these: ids, their first digits, names, or `latest`.
        case push([String])
        /// Send all that ended.
        case pushAll
        /// Get what others sent.
        case fetch
    }

    /// How many references one command line names.
    private static let runsAtOnce = 500

    private let direction: Direction
    private let remote: String?
    private let sharesSecrets: Bool

    /// Creates the operation with a Git remote, or the one that the current branch belongs to; with `sharesSecrets`,
    /// differences go there, too, that seem to hold secrets.
    package init(_ direction: Direction, remote: String? = nil, sharesSecrets: Bool = false) {
        self.direction = direction
        self.remote = remote
        self.sharesSecrets = sharesSecrets
    }

    /// Sends or gets the records.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let remote = try await workspace.requireGitRemote(remote)
        switch direction {
        case .fetch:
            let shared = SharedRuns(workspace)
            try await shared.fetch(from: remote)
            var report = Report(remote: GitURL.withoutLogin(remote), runs: try await shared.commits.keys.sorted())
            report.hints = report.runs.isEmpty ? [] : ["see them: `git model runs --all`"]
            return report
        case .pushAll:
            let all = try await workspace.runs.contents(on: workspace.pool).records
            return try await push(all.filter { $0.status != .running }, to: remote, in: workspace)
        case .push(let texts):
            guard !texts.isEmpty else {
                throw Failure(
                    .usage,
                    "no run was named",
                    hints: ["name some: `git model runs push ID…`", "or send all: `git model runs push --all`"]
                )
            }
            let contents = try await workspace.runs.contents(on: workspace.pool)
            var runs: [RunRecord] = []
            for text in texts { runs.append(try await workspace.ownRun(text, among: contents)) }
            if let running = runs.first(where: { $0.status == .running }) {
                throw Failure(.failed, "cannot push run \(running.id.abbreviated): it is not over yet")
            }
            return try await push(runs, to: remote, in: workspace)
        }
    }

    private func push(_ runs: [RunRecord], to remote: String, in workspace: Workspace) async throws -> Report {
        var report = Report(remote: GitURL.withoutLogin(remote), runs: [])
        let shared = SharedRuns(workspace)
        var commits: [(id: GitObjectID, reference: String)] = []
        for run in runs {
            try workspace.context.cancellation.check()
            let (commit, warnings, isWithheld) = try await shared.commit(of: run, sharesSecrets: sharesSecrets)
            let reference = SharedRuns.referencePrefix + run.id.text
            // What others got with the user's agreement is not taken away again.
            if isWithheld, try await shared.isShared(reference, at: remote) {
                report.warnings.append(
                    "run \(run.id.abbreviated) stays as it is at \(report.remote), for its code.diff seems to hold secrets: "
                        + "to replace it, `git model runs push \(run.id.abbreviated) --with-secrets`"
                )
                continue
            }
            commits.append((commit, reference))
            report.runs.append(run.id)
            report.warnings += warnings
        }
        for start in stride(from: 0, to: commits.count, by: ShareRuns.runsAtOnce) {
            let group = Array(commits[start..<min(start + ShareRuns.runsAtOnce, commits.count)])
            try await workspace.repository.pushCommits(group, to: remote)
        }
        report.hints = report.runs.isEmpty ? [] : ["others get them: `git model runs fetch`"]
        return report
    }
}
