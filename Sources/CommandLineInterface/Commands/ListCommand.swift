import ArgumentParser
import Operations

/// `git model list`.
struct ListCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the versions of all models"
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "Only this model")
    var model: String?

    func perform(in context: Context) async throws -> ListVersions.Report {
        try await ListVersions(model: model).run(in: context)
    }

    func render(_ report: ListVersions.Report, to text: inout Text) {
        text.versions(report)
    }
}
