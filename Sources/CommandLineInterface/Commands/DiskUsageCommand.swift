import ArgumentParser
import Operations

/// `git model du`.
struct DiskUsageCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "du",
        abstract: "Show what artifacts, versions, models and the store take, and why",
        discussion: """
            unique: bytes that no earlier version of the model has, each once, as far as it is known here what they \
            are. stored: what rebuilds it takes in packs. added: what it takes beyond the earlier versions. The last \
            column says where the rest of the size went.
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
        row(
            Quantity.bytes(entry.size),
            Quantity.bytes(entry.unique),
            Quantity.bytes(entry.stored),
            Quantity.bytes(entry.added),
            DisplayText.quoted(entry.name) + suffix,
            Table.reasons(of: entry)
        )
    }

    /// Says where the size went; what is not here comes last.
    private static func reasons(of entry: DiskUsage.Report.Entry) -> String {
        let missing = entry.shares.filter { ["absent", "purged"].contains($0.reason) }
        var reasons = entry.shares.filter { !["absent", "purged"].contains($0.reason) }.map { share in
            let rest = share.stored > 0 ? " → \(Quantity.bytes(share.stored))" : ""
            return "\(share.reason) \(Quantity.bytes(share.size))\(rest)"
        }
        let isAllMissing = reasons.isEmpty && missing.count == 1
        for share in missing {
            let word = share.reason == "absent" ? "not here" : share.reason
            reasons.append(isAllMissing ? word : "\(word) \(Quantity.bytes(share.size))")
        }
        // What is here may lack what it decodes against.
        if missing.isEmpty, !entry.isHere { reasons.append("not here") }
        return reasons.joined(separator: ", ")
    }
}
