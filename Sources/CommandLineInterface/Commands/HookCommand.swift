import ArgumentParser
import Operations

/// `git model hook`: what the installed hooks call.
struct HookCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "hook",
        abstract: "Run a Git hook",
        shouldDisplay: false
    )
    static let answers = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The hook's name")
    var name: String

    @Argument(parsing: .captureForPassthrough, help: "What Git gave the hook")
    var arguments: [String] = []

    func perform(in context: Context) async throws -> RunHook.Report {
        try await RunHook(name, arguments).run(in: context)
    }

    func render(_ report: RunHook.Report, to text: inout Text) {}
}
