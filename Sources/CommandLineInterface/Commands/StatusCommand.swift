import ArgumentParser
import Operations

/// `git model status`.
struct StatusCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show artifacts that changed, are missing or are not shared"
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Flag(help: "Exit with 1 when something is not as the pointers say")
    var exitCode = false

    @Flag(help: "Ask the remote itself what it has")
    var checkRemote = false

    func perform(in context: Context) async throws -> Status.Report {
        try await Status(tellsByExitCode: exitCode, checksRemote: checkRemote).run(in: context)
    }

    func render(_ report: Status.Report, to text: inout Text) {
        let state =
            !report.artifacts.isEmpty || !report.problems.isEmpty
            ? "" : report.artifactCount == 0 ? ", no artifact yet" : ", nothing changed"
        let models = report.models.map { model in
            model.version.map { "\(model.name) \(model.hasOtherArtifacts ? "after " : "")\($0)" }
                ?? "\(model.name), no version yet"
        }
        text.line((models.isEmpty ? "no model" : models.joined(separator: "; ")) + state)
        var table = Table([.left, .left, .right], indent: 2)
        for artifact in report.artifacts {
            table.row(artifact.state, DisplayText.quoted(artifact.path), Quantity.bytes(artifact.size))
        }
        text.table(table)
    }
}
