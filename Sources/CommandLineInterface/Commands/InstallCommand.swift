import ArgumentParser
import Operations

/// `git model install`.
struct InstallCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Install Git hooks and the diff and merge drivers",
        discussion: """
            A hook that is there already is kept and runs first. Hooks keep artifacts in line with branches and send \
            them along with `git push`; the drivers make pointers readable in `git log -p` and merge directories.
            """
    )
    static let answers = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Flag(name: .customLong("no-hooks"), help: "Install only the drivers")
    var skipsHooks = false

    func perform(in context: Context) async throws -> Install.Report {
        try await Install(.install(hooks: !skipsHooks)).run(in: context)
    }

    func render(_ report: Install.Report, to text: inout Text) {
        guard !report.isUnchanged else { return text.line("Nothing to do") }
        if !report.hooks.isEmpty { text.line("Installed hooks \(report.hooks.joined(separator: ", "))") }
        if report.drivers { text.line("Registered the diff and merge drivers") }
        if !report.remotes.isEmpty {
            text.line("Set up git fetch to bring the runs of others from \(report.remotes.joined(separator: ", "))")
        }
    }
}
