import ArgumentParser
import Operations

/// `git model gc`.
struct GarbageCollectionCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Delete from the local store what nothing refers to",
        discussion: """
            All history counts, with reflogs and stashes. --keep-last lets the older commits of branches go: what stays \
            are the newest ones that change an artifact, whatever has a tag, what no Git remote has yet, what only \
            reflogs still lead to, and everything staged or in a work tree. What is older and in no remote stays, too.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Flag(name: .shortAndLong, help: "Only say what would be deleted")
    var dryRun = false

    @Flag(name: .customLong("prune-now"), help: "Delete what is younger than 14 days, too")
    var prunesNow = false

    @Option(help: ArgumentHelp("Keep only the newest commits of each branch that change an artifact", valueName: "n"))
    var keepLast: Int?

    @Flag(help: "With --keep-last, delete even what no remote has")
    var dropSoleCopies = false

    mutating func validate() throws {
        if let keepLast, keepLast < 1 { throw ValidationError("--keep-last needs a number of at least 1") }
        if dropSoleCopies, keepLast == nil { throw ValidationError("--drop-sole-copies needs --keep-last") }
    }

    func perform(in context: Context) async throws -> CollectGarbage.Report {
        let retention = keepLast.map {
            CollectGarbage.Retention(keepingLast: $0, dropsSoleCopies: dropSoleCopies)
        }
        return try await CollectGarbage(isDryRun: dryRun, prunesNow: prunesNow, retention: retention).run(in: context)
    }

    func render(_ report: CollectGarbage.Report, to text: inout Text) {
        let verb = report.isDryRun ? "Would delete" : "Deleted"
        text.line("\(verb) \(Quantity.count(report.packs, "pack")), \(Quantity.bytes(report.bytes))")
        let kept = "\(report.livePacks) in use, \(report.recentPacks) younger than 14 days"
        text.line("Kept \(kept)")
        var table = Table([.left, .right, .left, .left], indent: 2)
        for checkpoint in report.checkpoints {
            for (position, artifact) in checkpoint.artifacts.enumerated() {
                table.row(
                    position == 0 ? String(checkpoint.commit.prefix(10)) : "",
                    Quantity.bytes(artifact.size),
                    DisplayText.quoted(artifact.path),
                    checkpoint.isKept ? "kept: in no remote" : ""
                )
            }
        }
        if !table.isEmpty {
            text.line("\(report.isDryRun ? "Would let go" : "Let go") of the artifacts of older commits:")
            text.table(table)
        }
    }
}
