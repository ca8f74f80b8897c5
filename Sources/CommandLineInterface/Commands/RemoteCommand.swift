import ArgumentParser
import Operations

/// `git model remote`, a group of verbs.
struct RemoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remote",
        abstract: "Set up the places where the bytes are",
        subcommands: [Add.self, List.self, Remove.self, Default.self, Check.self, Copy.self]
    )

    /// `git model remote add`.
    struct Add: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Add a remote, and agree to write to it",
            discussion: """
                The remote goes to .mver/config, for everybody who clones. A URL is a path, s3://BUCKET/PREFIX, \
                gs://BUCKET/PREFIX, ssh://USER@HOST/PATH, lfs:GIT-REMOTE for the Git LFS server of a Git remote, \
                rclone://REMOTE/PATH or https://HOST/PATH to read only. A relative path counts from where you are, and is \
                written as it is seen from the top of the repository.
                """
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "A short name, such as store")
        var name: String

        @Argument(help: "A directory, or the URL of a bucket or server", completion: .directory)
        var url: String

        @Flag(name: .shortAndLong, help: "Give a remote that is there already this URL")
        var force = false

        func perform(in context: Context) async throws -> AddRemote.Report {
            try await AddRemote(name, url: url, isForced: force).run(in: context)
        }

        func render(_ report: AddRemote.Report, to text: inout Text) {
            let reach = report.isThisMachineOnly ? " (this machine only)" : ""
            text.line("Added remote \(report.name) → \(DisplayText.quoted(report.url))\(reach)")
        }
    }

    /// `git model remote copy`.
    struct Copy: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "copy",
            abstract: "Copy everything in one remote to another"
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The remote that has it", completion: .words(.remotes))
        var source: String

        @Argument(help: "The remote that is to have it", completion: .words(.remotes))
        var destination: String

        @Flag(name: .shortAndLong, help: "Only say what would be done")
        var dryRun = false

        func perform(in context: Context) async throws -> CopyRemote.Report {
            try await CopyRemote(from: source, to: destination, isDryRun: dryRun).run(in: context)
        }

        func render(_ report: CopyRemote.Report, to text: inout Text) {
            let what = "\(Quantity.count(report.packs, "pack")), \(Quantity.bytes(report.bytes)),"
            let way = "from \(report.source) to \(report.destination)"
            if report.packs + report.files == 0 {
                text.line("Nothing to copy: \(report.destination) has all that \(report.source) has")
            } else if report.isDryRun {
                text.line("Would copy \(what) \(way)")
            } else {
                text.line("Copied \(what) \(way) in \(Quantity.duration(nanoseconds: report.nanoseconds))")
            }
        }
    }

    /// `git model remote list`.
    struct List: ModelCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List the remotes")

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func perform(in context: Context) async throws -> ListRemotes.Report {
            try await ListRemotes().run(in: context)
        }

        func render(_ report: ListRemotes.Report, to text: inout Text) {
            var table = Table([.left, .left, .left])
            for remote in report.remotes {
                var notes: [String] = []
                if remote.isDefault { notes.append("default") }
                if remote.isThisMachineOnly == true { notes.append("this machine only") }
                if !remote.isAgreed { notes.append("not agreed to") }
                table.row(remote.name, DisplayText.quoted(remote.url), notes.joined(separator: ", "))
            }
            text.table(table)
        }
    }

    /// `git model remote remove`.
    struct Remove: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Forget a remote; what it holds stays",
            aliases: ["rm"]
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The remote", completion: .words(.remotes))
        var name: String

        func perform(in context: Context) async throws -> RemoveRemote.Report {
            try await RemoveRemote(name).run(in: context)
        }

        func render(_ report: RemoveRemote.Report, to text: inout Text) {
            text.line("Removed remote \(report.name); what is in \(DisplayText.quoted(report.url)) stays")
        }
    }

    /// `git model remote default`.
    struct Default: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "default",
            abstract: "Show or choose the remote that is meant where none is named"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The remote; without one, the default is shown", completion: .words(.remotes))
        var name: String?

        func perform(in context: Context) async throws -> DefaultRemote.Report {
            try await DefaultRemote(name).run(in: context)
        }

        func render(_ report: DefaultRemote.Report, to text: inout Text) {
            if name == nil {
                text.line(report.name)
            } else if !global.quiet {
                text.line("The default remote is \(report.isChanged ? "now" : "already") \(report.name)")
            }
        }
    }

    /// `git model remote check`.
    struct Check: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Try out what a remote can do, with a file that is deleted again"
        )
        static let triesRemotes = true

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The remote; by default the default one", completion: .words(.remotes))
        var name: String?

        func perform(in context: Context) async throws -> CheckRemote.Report {
            try await CheckRemote(name).run(in: context)
        }

        func render(_ report: CheckRemote.Report, to text: inout Text) {
            let reach = report.isThisMachineOnly ? " (this machine only)" : ""
            text.line("\(report.name) → \(DisplayText.quoted(report.url))\(reach)")
            var table = Table([.left, .left, .left], indent: 2)
            for step in report.steps {
                let mark = step.isWorking ? text.painted("ok", .green) : text.painted("no", .red)
                table.row(mark, step.name, DisplayText.sanitized(step.detail))
            }
            text.table(table)
            text.line("fetch: \(report.canRead ? "yes" : "no"), push: \(report.canWrite ? "yes" : "no")")
        }
    }
}
