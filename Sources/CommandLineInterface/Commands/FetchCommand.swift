import ArgumentParser
import Operations

/// `git model fetch`.
struct FetchCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Get artifacts from a remote into the local store"
    )
    static let answers = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @OptionGroup var transfer: TransferOptions

    func perform(in context: Context) async throws -> TransferReport {
        try await FetchObjects(transfer.selection, remote: transfer.remote, isDryRun: transfer.dryRun)
            .run(in: transfer.applied(to: context))
    }

    func render(_ report: TransferReport, to text: inout Text) {
        text.transfer(report)
    }
}
