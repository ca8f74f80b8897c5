import ArgumentParser
import Operations

/// `git model push`.
struct PushCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Send artifacts to a remote"
    )
    static let answers = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @OptionGroup var transfer: TransferOptions

    @Flag(help: "Send to every remote that can be written to")
    var allRemotes = false

    @Flag(name: .customLong("git"), help: "Then push the current branch with git")
    var pushesReferences = false

    @Flag(help: "Send what was purged from the remote there again")
    var restorePurged = false

    func validate() throws {
        if allRemotes, transfer.remote != nil { throw ValidationError("--all-remotes leaves no remote to name") }
    }

    func perform(in context: Context) async throws -> TransferReport {
        try await PushObjects(
            transfer.selection,
            to: allRemotes ? .everyRemote : .remote(transfer.remote),
            isDryRun: transfer.dryRun,
            pushesReferences: pushesReferences,
            restoresPurged: restorePurged
        ).run(in: transfer.applied(to: context))
    }

    func render(_ report: TransferReport, to text: inout Text) {
        text.transfer(report)
    }
}
