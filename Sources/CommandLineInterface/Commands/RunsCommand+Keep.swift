import ArgumentParser
import Operations
import Runs

extension RunsCommand {
    /// `git model runs keep`.
    struct Keep: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "keep",
            abstract: "Commit a run's summary, so that everybody can look at it and do it again",
            discussion: """
                The summary is .mver/runs/<id>.json; what differed from the commit, the packages and the history of \
                metrics become artifacts beside it. Only these files are committed. The run's own commit stays in \
                refs/git-model/runs/<id>, whatever becomes of its branch, and is pushed with the summary.
                """
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The run: its id, the id's first digits, its name, or latest")
        var run = "latest"

        @Option(name: .shortAndLong, help: ArgumentHelp("The commit's message", valueName: "text"))
        var message: String?

        @Flag(name: .customLong("no-commit"), help: "Only stage")
        var skipsCommit = false

        @Flag(name: .customLong("with-secrets"), help: "Also keep code.diff where it seems to hold secrets")
        var sharesSecrets = false

        func perform(in context: Context) async throws -> KeepRun.Report {
            let keep = KeepRun(run, message: message, commits: !skipsCommit, sharesSecrets: sharesSecrets)
            return try await keep.run(in: context)
        }

        func render(_ report: KeepRun.Report, to text: inout Text) {
            let run = report.run.abbreviated
            guard report.isNew else { return text.line("Run \(run) is kept already: \(report.path)") }
            let commit = report.commit.map { " in \($0.prefix(12))" } ?? ""
            text.line("\(report.commit == nil ? "Staged" : "Kept") run \(run)\(commit): \(report.path)")
        }
    }
}
