import ArgumentParser
import Operations

/// `git model show`.
struct ShowCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a version: tag, commit, message, artifacts"
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "A version or revision; by default what is checked out")
    var version: String?

    func perform(in context: Context) async throws -> ShowVersion.Report {
        try await ShowVersion(version).run(in: context)
    }

    func render(_ report: ShowVersion.Report, to text: inout Text) {
        text.line(text.painted(report.name, .yellow) + (report.isSigned ? " (signed, not verified here)" : ""))
        var head = Table([.left, .left])
        if let model = report.model { head.row("Model:", model) }
        head.row("Commit:", "\(report.commit.prefix(12)) \(DisplayText.sanitized(report.commitSubject))")
        head.row("By:", DisplayText.sanitized(report.tagger))
        head.row("Date:", report.date)
        text.table(head)
        if !report.message.isEmpty {
            text.line()
            for line in DisplayText.sanitized(report.message).split(separator: "\n", omittingEmptySubsequences: false) {
                text.line(line.isEmpty ? "" : "    \(line)")
            }
        }
        guard !report.artifacts.isEmpty else { return }
        text.line()
        var table = Table([.left, .left, .right, .left, .left])
        for artifact in report.artifacts {
            let notes = [artifact.layout, artifact.note, artifact.isHere ? nil : "not here"].compactMap { $0 }
            table.row(
                DisplayText.quoted(artifact.path),
                artifact.kind,
                Quantity.bytes(artifact.size),
                String(artifact.oid.prefix(19)),
                DisplayText.sanitized(notes.joined(separator: ", "))
            )
        }
        text.table(table)
    }
}
