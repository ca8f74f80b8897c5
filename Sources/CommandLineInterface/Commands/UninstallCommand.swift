import ArgumentParser
import Operations

/// `git model uninstall`.
struct UninstallCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall",
        abstract: "Remove what install wrote, and put earlier hooks back"
    )
    static let answers = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func perform(in context: Context) async throws -> Install.Report {
        try await Install(.uninstall).run(in: context)
    }

    func render(_ report: Install.Report, to text: inout Text) {
        guard !report.isUnchanged else { return text.line("Nothing to do") }
        if !report.hooks.isEmpty { text.line("Removed hooks \(report.hooks.joined(separator: ", "))") }
        if report.drivers { text.line("Removed the diff and merge drivers") }
        if !report.remotes.isEmpty {
            text.line("git fetch no longer brings the runs of others from \(report.remotes.joined(separator: ", "))")
        }
    }
}
