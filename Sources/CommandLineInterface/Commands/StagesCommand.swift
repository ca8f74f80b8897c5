import ArgumentParser
import Operations

/// `git model stages`.
struct StagesCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "stages",
        abstract: "Show which version each stage has"
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "Only this model", completion: .words(.models))
    var model: String?

    @Flag(help: "Get what others did from the Git remote first")
    var checkRemote = false

    func perform(in context: Context) async throws -> ListStages.Report {
        try await ListStages(model: model, asksRemote: checkRemote).run(in: context)
    }

    func render(_ report: ListStages.Report, to text: inout Text) {
        var table = Table([.left, .left, .left, .left, .left, .left])
        for stage in report.stages {
            table.row(
                stage.model,
                stage.stage,
                stage.version.map { text.painted($0, .yellow) } ?? "-",
                stage.date,
                DisplayText.sanitized(stage.tagger),
                DisplayText.sanitized(stage.subject) + (stage.isDraft ? " (draft)" : "")
            )
        }
        text.table(table)
    }
}
