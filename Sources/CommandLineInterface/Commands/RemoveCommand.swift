import ArgumentParser
import Operations

/// `git model rm`.
struct RemoveCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Remove artifacts and their pointers"
    )
    static let answers = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "Artifacts, or directories that hold some", completion: .file())
    var paths: [String]

    @Flag(help: "Keep the bytes; only the pointers go")
    var cached = false

    @Flag(name: .shortAndLong, help: "Remove bytes that are in no store, too")
    var force = false

    func perform(in context: Context) async throws -> RemoveArtifacts.Report {
        try await RemoveArtifacts(paths, keepsBytes: cached, isForced: force).run(in: context)
    }

    func render(_ report: RemoveArtifacts.Report, to text: inout Text) {
        var table = Table([.left, .left], indent: 2)
        for artifact in report.artifacts {
            table.row(artifact.isKept ? "forgot" : "removed", DisplayText.quoted(artifact.path))
        }
        text.table(table)
    }
}
