import ArgumentParser
import Deployment
import Operations

/// `git model log`.
struct LogCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Show versions, and which stages and targets got them, newest first"
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "Only this model", completion: .words(.models))
    var model: String?

    @Option(name: .customShort("n", allowingJoined: true), help: ArgumentHelp("At most so many", valueName: "count"))
    var limit: Int?

    @Option(help: ArgumentHelp("What stages had at a time, as 2026-01-02 or 2026-01-02T03:04:05Z", valueName: "time"))
    var at: String?

    func perform(in context: Context) async throws -> VersionLog.Report {
        try await VersionLog(model: model, limit: limit, at: at).run(in: context)
    }

    func render(_ report: VersionLog.Report, to text: inout Text) {
        for (model, stages) in report.stages.sorted(by: { $0.key < $1.key }) {
            for (stage, version) in stages.sorted(by: { $0.key < $1.key }) {
                text.line("\(stage) of \(model) had \(version)")
            }
        }
        var rows: [(time: String, cells: [String])] = report.versions.map { version in
            let subject =
                DisplayText.sanitized(version.subject) + (version.isDeregistered ? " (taken back)" : "")
                + (version.isPurged ? " (purged)" : "")
            return (
                version.time,
                [
                    text.painted(version.tag, .yellow), String(version.commit.prefix(12)), version.date,
                    version.size.map(Quantity.bytes) ?? "", DisplayText.sanitized(version.tagger), subject,
                ]
            )
        }
        rows += report.stageChanges.map { change in
            let arrow = change.kind == "promotion" ? "->" : "<-"
            return (
                change.time,
                [
                    "\(change.model)@\(change.version) \(arrow) \(change.stage)", String(change.commit.prefix(12)),
                    change.date, "", DisplayText.sanitized(change.tagger), DisplayText.sanitized(change.subject),
                ]
            )
        }
        rows += report.deployments.map { event in
            let arrow = event.action == .deploy ? "=>" : "<="
            let subject = event.reason ?? (event.action == .deploy ? "Deploy" : "Roll back")
            return (
                event.at,
                [
                    DisplayText.sanitized("\(event.model)@\(event.version) \(arrow) \(event.target)"),
                    DisplayText.sanitized(String(event.commit.prefix(12))),
                    DisplayText.sanitized(String(event.at.prefix(10))), "", DisplayText.sanitized(event.by ?? ""),
                    DisplayText.sanitized("\(subject) (\(event.state.rawValue))"),
                ]
            )
        }
        var table = Table([.left, .left, .left, .right, .left, .left])
        let sorted = rows.enumerated().sorted { ($1.element.time, $0.offset) < ($0.element.time, $1.offset) }
        for row in sorted.map(\.element).prefix(max(0, limit ?? .max)) { table.row(row.cells) }
        text.table(table)
    }
}
