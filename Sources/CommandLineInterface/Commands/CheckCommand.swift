import ArgumentParser
import Operations

/// `git model check`.
struct CheckCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Judge a range of commits by the rules of its base, for CI",
        discussion: """
            Gates, signers and remotes are those of BASE, so that no pull request lowers its own. Exit code 1 is the answer no.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "BASE..HEAD, BASE...HEAD from where they parted, or BASE up to HEAD")
    var range: String

    @Option(help: ArgumentHelp("Compare with this stage's gates, too", valueName: "stage"))
    var stage: String?

    @Option(help: ArgumentHelp("The model, where there are several", valueName: "model"))
    var model: String?

    @Flag(help: "A base without configuration is meant so")
    var bootstrap = false

    func perform(in context: Context) async throws -> CheckRange.Report {
        try await CheckRange(range, stage: stage, model: model, isBootstrap: bootstrap).run(in: context)
    }

    func render(_ report: CheckRange.Report, to text: inout Text) {
        for change in report.policyChanges {
            text.line("rule changed: " + DisplayText.oneLine(DisplayText.sanitized(change)))
        }
        var table = Table([.left, .left, .left])
        for line in report.lines {
            table.row(
                text.verdict(line.isPassed),
                DisplayText.sanitized(line.subject),
                DisplayText.sanitized(line.found)
            )
        }
        text.table(table)
        text.line(report.outcome == .ok ? "may be merged" : "may not be merged")
    }
}
