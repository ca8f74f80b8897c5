import ArgumentParser
import Operations

/// `git model report`.
struct ReportCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show what a reviewer of a range of commits wants to know",
        discussion: """
            Needs no weights: what changed inside a model was measured when it was added. The exit code is 1 where the range may not \
            be merged, as `git model check` says.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "BASE..HEAD, BASE...HEAD from where they parted, or BASE up to HEAD")
    var range: String

    @Flag(help: "How it is written: Markdown for a comment (as without either), or one HTML file")
    var format: Format = .md

    @Option(help: ArgumentHelp("Compare with this stage's gates, too", valueName: "stage"))
    var stage: String?

    @Option(help: ArgumentHelp("The model, where there are several", valueName: "model"))
    var model: String?

    @Flag(help: "A base without configuration is meant so")
    var bootstrap = false

    @Flag(name: .customLong("no-fetch"), help: "Get nothing from a remote")
    var skipsFetching = false

    /// How a report is written.
    enum Format: String, EnumerableFlag {
        case md, html
    }

    func perform(in context: Context) async throws -> ReviewChanges.Report {
        let operation = ReviewChanges(
            range,
            stage: stage,
            model: model,
            isBootstrap: bootstrap,
            fetches: !skipsFetching
        )
        return try await operation.run(in: context)
    }

    func render(_ report: ReviewChanges.Report, to text: inout Text) {
        switch format {
        case .md: text.raw(ReviewMarkdown(report).text)
        case .html: text.raw(ReviewPage(report).text)
        }
    }
}
