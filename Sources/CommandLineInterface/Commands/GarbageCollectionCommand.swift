import ArgumentParser
import Operations

/// `git model gc`.
struct GarbageCollectionCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Delete from the local store, or from a remote, what nothing refers to",
        discussion: """
            All history counts, with reflogs and stashes. --keep-last lets the older commits of branches go: what stays \
            are the newest ones that change an artifact, whatever has a tag, what no Git remote has yet, what only \
            reflogs still lead to, and everything staged or in a work tree. What is older stays, too, where no \
            remote keeps it for this repository, and so does what a target runs or could go back to.

            --remote takes out of a remote what none of the roots needs that pushing leaves there, in two runs at least \
            a day apart: the first marks packs, so that nobody counts on them any more, the second deletes them. Anybody \
            may push meanwhile. Roots stay, whoever deletes which branch, until --retire takes back those of this \
            repository to whose commits no branch and no tag leads any more, here or in the Git remote.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Flag(name: .shortAndLong, help: "Only say what would be deleted")
    var dryRun = false

    @Flag(name: .customLong("prune-now"), help: "Delete what is younger than 14 days, too")
    var prunesNow = false

    @Option(help: ArgumentHelp("Keep only the newest commits of each branch that change an artifact", valueName: "n"))
    var keepLast: Int?

    @Flag(help: "With --keep-last, delete even what no remote keeps")
    var dropSoleCopies = false

    @Option(help: ArgumentHelp("Collect in a remote", valueName: "name"), completion: .words(.remotes))
    var remote: String?

    @Flag(help: "With --remote, take back what was pushed for commits that are gone from Git")
    var retire = false

    @Option(help: ArgumentHelp("With --retire, only what was pushed so long ago", valueName: "days"))
    var olderThan = 30

    @Option(
        help: ArgumentHelp("With --remote, take back all of another repository, which is no more", valueName: "URL")
    )
    var retireRepository: String?

    mutating func validate() throws {
        if remote == nil, retire || retireRepository != nil { throw ValidationError("--retire needs --remote") }
        if remote != nil, prunesNow || keepLast != nil {
            throw ValidationError("--prune-now and --keep-last are about the local store")
        }
        if retire, retireRepository != nil {
            throw ValidationError("--retire and --retire-repository exclude each other")
        }
        if olderThan < 0 { throw ValidationError("--older-than needs a number of days") }
        if let keepLast, keepLast < 1 { throw ValidationError("--keep-last needs a number of at least 1") }
        if dropSoleCopies, keepLast == nil { throw ValidationError("--drop-sole-copies needs --keep-last") }
    }

    /// What was collected where.
    enum Collection: Report {
        case local(CollectGarbage.Report)
        case remote(CollectRemoteGarbage.Report)

        private var report: any Report {
            switch self {
            case .local(let report): report
            case .remote(let report): report
            }
        }

        var warnings: [String] { report.warnings }
        var hints: [String] { report.hints }

        func encode(to encoder: any Encoder) throws { try report.encode(to: encoder) }
    }

    func perform(in context: Context) async throws -> Collection {
        if let remote {
            let rule =
                retireRepository.map { RootRetirement.Rule.repository($0) }
                ?? (retire ? .unreachable(days: olderThan) : nil)
            let collection = CollectRemoteGarbage(remote, isDryRun: dryRun, retirement: rule.map { RootRetirement($0) })
            return .remote(try await collection.run(in: context))
        }
        let retention = keepLast.map {
            CollectGarbage.Retention(keepingLast: $0, dropsSoleCopies: dropSoleCopies)
        }
        let collection = CollectGarbage(isDryRun: dryRun, prunesNow: prunesNow, retention: retention)
        return .local(try await collection.run(in: context))
    }

    func render(_ collection: Collection, to text: inout Text) {
        switch collection {
        case .local(let report): render(report, to: &text)
        case .remote(let report): render(report, to: &text)
        }
    }

    private func render(_ report: CollectRemoteGarbage.Report, to text: inout Text) {
        func amount(_ packs: CollectRemoteGarbage.Report.Packs) -> String {
            "\(Quantity.count(packs.packs, "pack")), \(Quantity.bytes(packs.bytes))"
        }
        if !report.retired.isEmpty {
            text.line("\(report.isDryRun ? "Would retire" : "Retired") what was pushed for:")
            var table = Table([.left, .left, .left, .left], indent: 2)
            for root in report.retired {
                let kept = root.kept == 0 ? "" : "\(root.kept) kept"
                table.row(
                    String(root.commit.prefix(10)),
                    DisplayText.sanitized(root.reference),
                    Quantity.count(root.objects, "object"),
                    kept
                )
            }
            text.table(table)
        }
        text.line("\(report.isDryRun ? "Would delete" : "Deleted") \(amount(report.deleted))")
        text.line("\(report.isDryRun ? "Would mark" : "Marked") \(amount(report.buried))")
        if report.savedBytes > 0 {
            text.line("Copied \(Quantity.bytes(report.savedBytes)) out of marked packs: they are needed")
        }
        if report.waiting.packs > 0 { text.line("Marked already: \(amount(report.waiting))") }
        if let goneAfter = report.goneAfter { text.line("What is marked goes with the next run after \(goneAfter)") }
        text.line("Kept \(report.livePacks) in use, \(report.recentPacks) younger than a day")
    }

    private func render(_ report: CollectGarbage.Report, to text: inout Text) {
        let verb = report.isDryRun ? "Would delete" : "Deleted"
        text.line("\(verb) \(Quantity.count(report.packs, "pack")), \(Quantity.bytes(report.bytes))")
        let kept = "\(report.livePacks) in use, \(report.recentPacks) younger than 14 days"
        text.line("Kept \(kept)")
        if !report.pins.isEmpty {
            let runs = Quantity.count(report.pins.count, "run")
            text.line(
                "\(report.isDryRun ? "Would let" : "Let") go of the commits of \(runs) whose records were never committed"
            )
        }
        var table = Table([.left, .right, .left, .left], indent: 2)
        for checkpoint in report.checkpoints {
            for (position, artifact) in checkpoint.artifacts.enumerated() {
                table.row(
                    position == 0 ? String(checkpoint.commit.prefix(10)) : "",
                    Quantity.bytes(artifact.size),
                    DisplayText.quoted(artifact.path),
                    checkpoint.isKept ? "kept: no remote keeps it for this repository" : ""
                )
            }
        }
        if !table.isEmpty {
            text.line("\(report.isDryRun ? "Would let go" : "Let go") of the artifacts of older commits:")
            text.table(table)
        }
    }
}
