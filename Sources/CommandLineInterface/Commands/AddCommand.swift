import ArgumentParser
import Operations
import Runs

/// `git model add`.
struct AddCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Store files or directories and stage their pointers"
    )
    static let answers = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "Files, directories or patterns", completion: .file())
    var paths: [String] = []

    @Flag(name: [.customShort("u"), .customLong("update")], help: "Add every artifact that changed")
    var update = false

    @Option(help: ArgumentHelp("The model that the artifacts belong to", valueName: "model"))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Note this in the model's description (can be repeated); base=VERSION is what it was made from",
            valueName: "key=value"
        )
    )
    var meta: [String] = []

    @Option(help: ArgumentHelp("Note in the model's description where its model card is", valueName: "path|url"))
    var card: String?

    @Flag(help: "Of directories, make each large or binary file an artifact, and stage the rest for Git")
    var each = false

    @Flag(help: "Add what links that lead out of an artifact lead to, and put that in their place")
    var dereference = false

    @Flag(name: .customLong("no-stage"), help: "Leave Git's index as it is")
    var skipsStaging = false

    @Flag(name: .customLong("no-run"), help: "Leave out the run that made it")
    var skipsRun = false

    func perform(in context: Context) async throws -> Add.Report {
        try await Add(
            paths,
            isUpdate: update,
            model: model,
            metadata: meta,
            card: card,
            stages: !skipsStaging,
            splits: each,
            followsLinks: dereference,
            keepsRuns: !skipsRun
        ).run(in: context)
    }

    func render(_ report: Add.Report, to text: inout Text) {
        if !report.gitFiles.isEmpty {
            text.line("Staged \(Quantity.count(report.gitFiles.count, "small file")) for Git")
        }
        let changed = report.artifacts.filter { $0.change != "unchanged" }
        guard !changed.isEmpty else {
            if report.bytesStored > 0 {
                text.line("Stored \(Quantity.bytes(report.bytesStored)) again, which the store did not have")
            }
            guard report.gitFiles.isEmpty else { return }
            guard !report.artifacts.isEmpty else { return text.line("Nothing changed") }
            let count = report.artifacts.count
            guard count <= 3 else { return text.line("Nothing changed: \(Quantity.count(count, "artifact"))") }
            let names = report.artifacts.map { DisplayText.quoted($0.path) }.joined(separator: ", ")
            return text.line("Nothing changed: \(names)")
        }
        var table = Table([.left, .left, .left, .right, .left])
        for artifact in changed {
            let what = artifact.kind == "tree" ? Quantity.count(artifact.files, "file") : "file"
            table.row(
                artifact.change,
                DisplayText.quoted(artifact.path),
                what,
                Quantity.bytes(artifact.size),
                artifact.oid
            )
        }
        text.table(table)
        let stored = Quantity.bytes(report.bytesStored)
        text.line(
            "Stored \(stored) of \(Quantity.bytes(report.bytesRead)) in \(Quantity.duration(nanoseconds: report.nanoseconds))"
        )
        for maker in report.runs {
            let what = changed.count == 1 ? "it" : maker.paths.map { DisplayText.quoted($0) }.joined(separator: ", ")
            text.line("run \(maker.run.abbreviated) made \(what)")
        }
    }
}
