import ArgumentParser
import Operations

/// `git model install`.
struct InstallCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Install hooks and drivers in this clone"
    )
    static let answers = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func perform(in context: Context) async throws -> Install.Report {
        try await Install().run(in: context)
    }

    func render(_ report: Install.Report, to text: inout Text) {
        text.line(
            report.hooks.isEmpty
                ? "Nothing to do: hooks and drivers are installed"
                : "Installed hooks: \(report.hooks.joined(separator: ", "))"
        )
    }
}
