import ArgumentParser
import Operations

/// `git model log`.
struct LogCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Show versions with commit, date, size and tagger, newest first"
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "Only this model", completion: .words(.models))
    var model: String?

    @Option(name: .customShort("n", allowingJoined: true), help: ArgumentHelp("At most so many", valueName: "count"))
    var limit: Int?

    func perform(in context: Context) async throws -> VersionLog.Report {
        try await VersionLog(model: model, limit: limit).run(in: context)
    }

    func render(_ report: VersionLog.Report, to text: inout Text) {
        var table = Table([.left, .left, .left, .right, .left, .left])
        for version in report.versions {
            table.row(
                text.painted(version.tag, .yellow),
                String(version.commit.prefix(12)),
                version.date,
                version.size.map(Quantity.bytes) ?? "",
                DisplayText.sanitized(version.tagger),
                DisplayText.sanitized(version.subject) + (version.isDeregistered ? " (taken back)" : "")
                    + (version.isPurged ? " (purged)" : "")
            )
        }
        text.table(table)
    }
}
