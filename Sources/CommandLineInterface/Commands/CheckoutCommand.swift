import ArgumentParser
import Operations

/// `git model checkout`.
struct CheckoutCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkout",
        abstract: "Check out a version or a branch, or restore artifacts"
    )
    static let answers = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(
        help: "A version, branch or revision; without one, only artifacts are restored",
        completion: .words(.versions)
    )
    var version: String?

    @OptionGroup var limit: PathOptions

    @Flag(name: .shortAndLong, help: "Overwrite bytes that are in no store")
    var force = false

    @Flag(name: .customLong("no-fetch"), help: "Get nothing from a remote")
    var skipsFetching = false

    func perform(in context: Context) async throws -> Checkout.Report {
        try await Checkout(version, paths: limit.paths, isForced: force, fetches: !skipsFetching).run(in: context)
    }

    func render(_ report: Checkout.Report, to text: inout Text) {
        if let branch = report.branch, let commit = report.commit {
            text.line("Switched to branch \(DisplayText.quoted(branch)) at \(commit.prefix(12))")
        } else if let version = report.version, let commit = report.commit {
            text.line("Checked out \(DisplayText.quoted(version)), detached at \(commit.prefix(12))")
        }
        text.restored(report.restored)
        if report.version == nil, report.restored.isEmpty, report.problems.isEmpty {
            text.line("Nothing to restore: every artifact is as its pointer says")
        }
    }
}
