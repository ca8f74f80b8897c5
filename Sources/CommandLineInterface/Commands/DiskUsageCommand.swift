import ArgumentParser
import Operations

/// `git model du`.
struct DiskUsageCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "du",
        abstract: "Show what artifacts, versions and the store take"
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func perform(in context: Context) async throws -> DiskUsage.Report {
        try await DiskUsage().run(in: context)
    }

    func render(_ report: DiskUsage.Report, to text: inout Text) {
        var table = Table([.right, .right, .left, .left])
        if !(report.artifacts + report.versions).isEmpty { table.row("size", "stored") }
        for entry in report.artifacts + report.versions {
            table.row(
                Quantity.bytes(entry.size),
                Quantity.bytes(entry.stored),
                DisplayText.quoted(entry.name),
                entry.isHere ? "" : "not here"
            )
        }
        text.table(table)
        let packs = Quantity.count(report.packs, "pack")
        text.line("The store takes \(Quantity.bytes(report.storeSize)) in \(packs)")
        if let garbage = report.garbage, let all = report.garbageWithYoung {
            let young = all > garbage ? ", --prune-now \(Quantity.bytes(all))" : ""
            text.line("gc would free \(Quantity.bytes(garbage))\(young)")
        }
    }
}
