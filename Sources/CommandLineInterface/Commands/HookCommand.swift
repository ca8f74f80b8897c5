import ArgumentParser
import Operations

/// `git model hook`: what the installed hooks run.
struct HookCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "hook",
        abstract: "Do the work of a Git hook",
        shouldDisplay: false
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The hook's name")
    var name: Hook.Name

    @Argument(parsing: .captureForPassthrough, help: "What Git gave the hook")
    var arguments: [String] = []

    func perform(in context: Context) async throws -> Hook.Report {
        try await Hook(name, arguments: arguments).run(in: context)
    }

    func render(_ report: Hook.Report, to text: inout Text) {}
}

extension Hook.Name: ExpressibleByArgument {}
