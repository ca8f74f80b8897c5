import ArgumentParser
import Operations
import Runs

extension RunsCommand {
    /// `git model runs push`.
    struct Push: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "push",
            abstract: "Share runs by the Git remote without keeping them",
            discussion: """
                Each gets a reference of its own, refs/git-model/unkept-runs/<id>, with its record, its commit, what \
                differed from that, packages and metrics; no branch changes. Artifacts go with git model push.
                """
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The runs")
        var runs: [String] = []

        @Flag(help: "Share all runs that were recorded here and have ended")
        var all = false

        @Option(help: ArgumentHelp("The Git remote; else that of the current branch", valueName: "name"))
        var gitRemote: String?

        @Flag(name: .customLong("with-secrets"), help: "Also share code.diff where it seems to hold secrets")
        var sharesSecrets = false

        func validate() throws {
            if all, !runs.isEmpty { throw ValidationError("--all leaves no run to name") }
        }

        func perform(in context: Context) async throws -> ShareRuns.Report {
            let direction: ShareRuns.Direction = all ? .pushAll : .push(runs)
            return try await ShareRuns(direction, remote: gitRemote, sharesSecrets: sharesSecrets).run(in: context)
        }

        func render(_ report: ShareRuns.Report, to text: inout Text) {
            text.line("Pushed \(Quantity.count(report.runs.count, "run")) to \(DisplayText.quoted(report.remote))")
        }
    }

    /// `git model runs fetch`.
    struct Fetch: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "fetch",
            abstract: "Get the runs that others shared by the Git remote"
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Option(help: ArgumentHelp("The Git remote; else that of the current branch", valueName: "name"))
        var gitRemote: String?

        func perform(in context: Context) async throws -> ShareRuns.Report {
            try await ShareRuns(.fetch, remote: gitRemote).run(in: context)
        }

        func render(_ report: ShareRuns.Report, to text: inout Text) {
            let remote = DisplayText.quoted(report.remote)
            text.line("Others share \(Quantity.count(report.runs.count, "run")) by \(remote)")
        }
    }
}
