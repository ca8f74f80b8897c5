import ArgumentParser
import Operations

/// `git model ls`.
struct LsCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List artifacts, or the files in one"
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(
        help: "A version, a path, or both (also as VERSION:PATH); by default all artifacts of the work tree",
        completion: .words(.versions)
    )
    var versionAndPath: [String] = []

    func validate() throws {
        if versionAndPath.count > 2 { throw ValidationError("give a version and one path at most") }
    }

    func perform(in context: Context) async throws -> ListArtifacts.Report {
        try await ListArtifacts(versionAndPath).run(in: context)
    }

    func render(_ report: ListArtifacts.Report, to text: inout Text) {
        var table = Table([.left, .right, .left, .left])
        for entry in report.entries {
            table.row(
                entry.kind,
                Quantity.bytes(entry.size),
                String(entry.oid.prefix(19)),
                DisplayText.quoted(entry.path)
            )
        }
        text.table(table)
    }
}
