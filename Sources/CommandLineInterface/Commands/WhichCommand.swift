import ArgumentParser
import Operations

/// `git model which`.
struct WhichCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "which",
        abstract: "Print the version that a stage has, for scripts",
        discussion: "Prints the version's tag, and nothing where the stage is empty; the exit code is 1 then."
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The stage, as [MODEL@]STAGE")
    var stage: String

    @Option(help: ArgumentHelp("The model, where there are several", valueName: "model"))
    var model: String?

    @Flag(help: "Print the commit instead")
    var commit = false

    func perform(in context: Context) async throws -> WhichVersion.Report {
        try await WhichVersion(stage, model: model).run(in: context)
    }

    func render(_ report: WhichVersion.Report, to text: inout Text) {
        if let version = commit ? report.commit : report.version { text.line(version) }
    }
}
