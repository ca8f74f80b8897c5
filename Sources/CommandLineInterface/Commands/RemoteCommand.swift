import ArgumentParser
import Operations

/// `git model remote`, which only leads to its verbs.
struct RemoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remote",
        abstract: "Add, list, check or remove remotes",
        subcommands: [Add.self, List.self, Check.self, Default.self, Remove.self],
        defaultSubcommand: List.self
    )

    /// Adds a remote.
    struct Add: RemoteVerb {
        static let configuration = CommandConfiguration(abstract: "Add a remote, and agree to its URL")

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The remote's name")
        var name: String

        @Argument(help: "Its URL: a directory")
        var url: String

        @Flag(name: .shortAndLong, help: "Replace a remote of this name")
        var force = false

        var action: RemoteVerbs.Action { .add(name: name, url: url, isForced: force) }
    }

    /// Lists the remotes.
    struct List: RemoteVerb {
        static let configuration = CommandConfiguration(abstract: "List the remotes")

        @OptionGroup(title: "Global options") var global: GlobalOptions

        var action: RemoteVerbs.Action { .list }
    }

    /// Checks a remote.
    struct Check: RemoteVerb {
        static let configuration = CommandConfiguration(abstract: "Write, read and delete a probe in a remote")

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The remote; by default the default one")
        var name: String?

        var action: RemoteVerbs.Action { .check(name) }
    }

    /// Chooses the default remote.
    struct Default: RemoteVerb {
        static let configuration = CommandConfiguration(abstract: "Make a remote the default one")

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The remote")
        var name: String

        var action: RemoteVerbs.Action { .makeDefault(name) }
    }

    /// Removes a remote.
    struct Remove: RemoteVerb {
        static let configuration = CommandConfiguration(abstract: "Remove a remote from the configuration")

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The remote")
        var name: String

        var action: RemoteVerbs.Action { .remove(name) }
    }
}

/// A verb of `git model remote`.
protocol RemoteVerb: ModelCommand where Output == RemoteVerbs.Report {
    /// What the verb does.
    var action: RemoteVerbs.Action { get }
}

extension RemoteVerb {
    func perform(in context: Context) async throws -> RemoteVerbs.Report {
        try await RemoteVerbs(action).run(in: context)
    }

    func render(_ report: RemoteVerbs.Report, to text: inout Text) {
        if let done = report.done { return text.line(done) }
        var table = Table([.left, .left, .left])
        for remote in report.remotes {
            let remarks =
                (remote.isDefault ? ["default"] : []) + (remote.isThisMachineOnly ? ["this machine only"] : [])
            table.row(remote.name, DisplayText.quoted(remote.url), remarks.joined(separator: ", "))
        }
        text.table(table)
    }
}
