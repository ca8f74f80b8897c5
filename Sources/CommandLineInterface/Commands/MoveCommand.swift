import ArgumentParser
import Operations

/// `git model mv`.
struct MoveCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "mv",
        abstract: "Move or rename an artifact with its pointer"
    )
    static let answers = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The artifact", completion: .file())
    var source: String

    @Argument(help: "Its new path, or a directory to move it into", completion: .file())
    var destination: String

    func perform(in context: Context) async throws -> MoveArtifact.Report {
        try await MoveArtifact(source, to: destination).run(in: context)
    }

    func render(_ report: MoveArtifact.Report, to text: inout Text) {
        let what = report.hasBytes ? "" : " (the pointer; its bytes are not here)"
        text.line("Moved \(DisplayText.quoted(report.source)) to \(DisplayText.quoted(report.destination))\(what)")
    }
}
