import ArgumentParser
import Operations

/// `git model du`.
struct DiskUsageCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "du",
        abstract: "Show what artifacts, versions, models and the store take, and why",
        discussion: """
            unique: bytes that no earlier version of the model has, each once. stored: what rebuilds it takes in packs. \
            added: what it takes beyond the earlier versions. The last column says where the rest of the size went.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func perform(in context: Context) async throws -> DiskUsage.Report {
        try await DiskUsage().run(in: context)
    }

    func render(_ report: DiskUsage.Report, to text: inout Text) {
        var table = Table([.right, .right, .right, .right, .left, .left])
        let entries = report.artifacts + report.versions + report.models
        if !entries.isEmpty { table.row("size", "unique", "stored", "added") }
        for entry in report.artifacts + report.versions { table.usage(entry) }
        for entry in report.models { table.usage(entry, suffix: " (all versions)") }
        text.table(table)
        let packs = Quantity.count(report.packs, "pack")
        text.line("The store takes \(Quantity.bytes(report.storeSize)) in \(packs)")
        if let garbage = report.garbage, let all = report.garbageWithYoung {
            let young = all > garbage ? ", --prune-now \(Quantity.bytes(all))" : ""
            text.line("gc would free \(Quantity.bytes(garbage))\(young)")
        }
    }
}

extension Table {
    /// Adds what something takes, and why.
    fileprivate mutating func usage(_ entry: DiskUsage.Report.Entry, suffix: String = "") {
        let shares = entry.shares.map { share in
            let rest = share.stored > 0 ? " → \(Quantity.bytes(share.stored))" : ""
            return "\(share.reason) \(Quantity.bytes(share.size))\(rest)"
        }
        row(
            Quantity.bytes(entry.size),
            Quantity.bytes(entry.unique),
            Quantity.bytes(entry.stored),
            Quantity.bytes(entry.added),
            DisplayText.quoted(entry.name) + suffix,
            entry.isHere ? shares.joined(separator: ", ") : "not here"
        )
    }
}
