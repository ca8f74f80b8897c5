import ArgumentParser
import Operations

/// `git model card`.
struct CardCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "card",
        abstract: "Bring a model card's front matter in line with the description",
        discussion: """
            The Hugging Face Hub reads license, base_model, pipeline_tag, metrics and model-index; everything else in \
            the card stays as it is. Without --write, the card is printed.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The model, where there are several", completion: .words(.models))
    var model: String?

    @Flag(help: "Write the card, and leave it to you to stage it")
    var write = false

    func perform(in context: Context) async throws -> UpdateCard.Report {
        try await UpdateCard(model, writes: write).run(in: context)
    }

    func render(_ report: UpdateCard.Report, to text: inout Text) {
        if let card = report.text { return text.raw(card) }
        let path = DisplayText.quoted(report.path)
        text.line(report.isWritten ? "Wrote \(path)" : "\(path) says so already")
    }
}
