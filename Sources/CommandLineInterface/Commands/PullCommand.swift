import ArgumentParser
import Operations

/// `git model pull`.
struct PullCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Get artifacts from a remote and restore them",
        discussion: """
            What the pointers of the work tree name is restored, whatever versions are fetched beside it: \
            `git model checkout VERSION` puts another version there.
            """
    )
    static let answers = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @OptionGroup var transfer: TransferOptions

    @Flag(name: .shortAndLong, help: "Overwrite bytes that are in no store")
    var force = false

    func perform(in context: Context) async throws -> TransferReport {
        try await FetchObjects(
            transfer.selection,
            remote: transfer.remote,
            isDryRun: transfer.dryRun,
            restores: true,
            isForced: force
        ).run(in: transfer.applied(to: context))
    }

    func render(_ report: TransferReport, to text: inout Text) {
        text.transfer(report)
    }
}
