import ArgumentParser
import Operations

/// `git model verify`.
struct VerifyCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check everything that is said of a version",
        discussion: """
            Looks at tag, signature, commit, artifacts, remote, store, run and stages. Exit code 4 where anything is wrong, 3 \
            where only the remote could not be asked. What is not there, and does not have to be, is marked with a dash.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The version, as [MODEL@](vX.Y.Z|STAGE|latest)", completion: .words(.versions))
    var version: String

    @Flag(help: "Do not ask the remote")
    var offline = false

    func perform(in context: Context) async throws -> VerifyVersion.Report {
        try await VerifyVersion(version, asksRemote: !offline).run(in: context)
    }

    func render(_ report: VerifyVersion.Report, to text: inout Text) {
        text.line(report.version)
        var table = Table([.left, .left, .left])
        for line in report.lines {
            let isPassed: Bool? = line.state == .none ? nil : line.state == .good
            table.row(text.verdict(isPassed), line.subject, DisplayText.sanitized(line.found))
        }
        text.table(table)
    }
}
