import ArgumentParser
import Operations

/// `git model uninstall`.
struct UninstallCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall",
        abstract: "Remove hooks and drivers from this clone"
    )
    static let answers = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func perform(in context: Context) async throws -> Install.Report {
        try await Install(isRemoval: true).run(in: context)
    }

    func render(_ report: Install.Report, to text: inout Text) {
        text.line(
            report.hooks.isEmpty
                ? "Removed the drivers; no hook was installed"
                : "Removed hooks: \(report.hooks.joined(separator: ", "))"
        )
    }
}
