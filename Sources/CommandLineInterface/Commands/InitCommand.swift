import ArgumentParser
import Operations

/// `git model init`.
struct InitCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Set up git-model in a Git repository"
    )
    static let answers = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Option(help: ArgumentHelp("The model's name; by default the directory's", valueName: "model"))
    var name: String?

    @Option(help: ArgumentHelp("Add this remote as \"store\", and agree to it", valueName: "url"))
    var remote: String?

    @Flag(help: "Name version tags v1.2.3 instead of MODEL@v1.2.3")
    var plainTags = false

    @Flag(name: .customLong("no-hooks"), help: "Install no Git hooks")
    var skipsHooks = false

    func perform(in context: Context) async throws -> Initialize.Report {
        try await Initialize(name: name, remote: remote, usesPlainTags: plainTags, installsHooks: !skipsHooks)
            .run(in: context)
    }

    func render(_ report: Initialize.Report, to text: inout Text) {
        guard !report.isUnchanged else {
            return text.line("Nothing to do: git-model is set up for model \(report.model)")
        }
        text.line("Set up git-model for model \(report.model)")
        var table = Table([.left, .left], indent: 2)
        if report.remote.count == 2 {
            let place = report.isThisMachineOnly ? " (this machine only)" : ""
            table.row("remote", "\(report.remote[0]) → \(DisplayText.quoted(report.remote[1]))\(place)")
        }
        if !report.hooks.isEmpty { table.row("hooks", report.hooks.joined(separator: ", ")) }
        if !report.staged.isEmpty { table.row("staged", report.staged.joined(separator: ", ")) }
        text.table(table)
    }
}
