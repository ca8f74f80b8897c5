import ArgumentParser

/// `git model`, which only leads to the verbs.
struct Root: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "git-model",
        abstract: "Version machine-learning models with Git",
        version: Version.line,
        subcommands: [],
        groupedSubcommands: groups
    )

    // The verbs of every day come first; within a group, in the order in which somebody new meets them.
    private static let groups: [CommandGroup] = [
        CommandGroup(name: "Set up", subcommands: [CompletionCommand.self]),
        CommandGroup(name: "Internal", subcommands: [DocumentationCommand.self]),
    ]

    /// The options that may stand before the verb.
    @OptionGroup(title: "Global options") package var global: GlobalOptions

    /// Creates the command with its default options.
    init() {}
}
