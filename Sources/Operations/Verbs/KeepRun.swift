import Git
import ModelCore
package import Runs

/// `git model runs keep`: makes a run part of the repository's history.
package struct KeepRun: Sendable {
    /// What was kept.
    package struct Report: Operations.Report {
        /// The run.
        package let run: RunID
        /// The path of its summary.
        package let path: String
        /// Whether the summary was not in the current commit already.
        package fileprivate(set) var isNew = false
        /// The commit that was made; `nil` where nothing was committed.
        package fileprivate(set) var commit: String?
        package fileprivate(set) var warnings: [String] = []
        package fileprivate(set) var hints: [String] = []
    }

    private let text: String
    private let message: String?
    private let commits: Bool
    private let sharesSecrets: Bool

    /// Creates the operation on a run: an id, its first digits, a name, or `latest`; without `commits`, it only stages.
    ///
    /// With `sharesSecrets`, a difference from the commit is kept, too, that seems to hold secrets.
    package init(_ text: String, message: String? = nil, commits: Bool = true, sharesSecrets: Bool = false) {
        self.text = text
        self.message = message
        self.commits = commits
        self.sharesSecrets = sharesSecrets
    }

    /// Stages the summary and what belongs to it, and commits these files and nothing else.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        let own = try await workspace.runs.contents(on: workspace.pool)
        // What was recorded elsewhere is kept if the current commit has it.
        if try own.known(text) == nil, let run = try await workspace.runContents(.head).known(text) {
            return Report(run: run.id, path: KeptRun.summary(of: run.id))
        }
        let run = try await workspace.ownRun(text, among: own)
        let path = KeptRun.summary(of: run.id)
        var report = Report(run: run.id, path: path)
        let keeping = RunKeeping(workspace, sharesSecrets: sharesSecrets)
        let kept = try await keeping.record(of: run)
        if try await isCommitted(kept.record, at: path, in: workspace.repository.objects) {
            report.warnings = try await RunPins(workspace.repository).pin(run) + kept.warnings
            return report
        }
        let staged = try await keeping.stage(run)
        report.isNew = true
        report.warnings = staged.warnings
        guard commits else {
            report.hints = ["record it: `git commit`"]
            return report
        }
        report.commit = try await commit(staged.files, of: run, in: workspace)
        return report
    }

    private func isCommitted(_ run: RunRecord, at path: String, in objects: GitObjects) async throws -> Bool {
        guard let head = try await objects.head().commit else { return false }
        return try await objects.file(at: GitPath(path), in: head, limit: KeptRun.byteLimit) == run.summary.encoded()
    }

    /// Commits some files, with the user's own hooks and signature; what else is staged stays staged.
    private func commit(_ files: [RepositoryPath], of run: RunRecord, in workspace: Workspace) async throws -> String? {
        let name = run.name.map { " (\($0))" } ?? ""
        let message = message ?? "Keep run \(run.id.abbreviated)\(name)"
        let command: [GitArgument] = ["--literal-pathspecs", "commit", "--quiet", "--only", "-m", GitArgument(message)]
        let program = workspace.repository.program.with(environment: workspace.repository.hookGuard.mapValues { $0 })
        let arguments = command + ["--"] + files.map { GitArgument($0.text) }
        do { try await perform(arguments, by: program, isCaptured: workspace.context.isMachineRead) } catch {
            throw Failure(
                .failed,
                "run \(run.id.abbreviated) is staged, but Git did not commit it",
                hints: ["when the reason is gone: `git commit`, or the same command again"],
                cause: error
            )
        }
        return try await workspace.repository.objects.head().commit?.hex
    }

    /// Runs `git` on the user's terminal, or, where a program reads our messages, without a word.
    private func perform(_ arguments: [GitArgument], by program: GitProgram, isCaptured: Bool) async throws {
        if isCaptured {
            try await program.run(arguments)
        } else {
            let code = try await program.runAttached(arguments)
            if code != 0 { throw GitError(.failed, command: "git commit", exitCode: code) }
        }
    }
}
