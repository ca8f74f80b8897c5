import ArgumentParser
import Operations

/// `git model gc`.
struct GarbageCollectionCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Delete from the local store what nothing refers to"
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Flag(name: .shortAndLong, help: "Only say what would be deleted")
    var dryRun = false

    @Flag(name: .customLong("prune-now"), help: "Delete what is younger than 14 days, too")
    var prunesNow = false

    func perform(in context: Context) async throws -> CollectGarbage.Report {
        try await CollectGarbage(isDryRun: dryRun, prunesNow: prunesNow).run(in: context)
    }

    func render(_ report: CollectGarbage.Report, to text: inout Text) {
        let verb = report.isDryRun ? "Would delete" : "Deleted"
        text.line("\(verb) \(Quantity.count(report.packs, "pack")), \(Quantity.bytes(report.bytes))")
        let kept = "\(report.livePacks) in use, \(report.recentPacks) younger than 14 days"
        text.line("Kept \(kept)")
    }
}
