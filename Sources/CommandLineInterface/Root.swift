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

    // The order of help and manual: within a group, verbs stand as somebody new meets them. A group without verbs is
    // not shown.
    private static let groups: [CommandGroup] = [
        // init, add, status, push, pull, checkout, tag, list, show, log
        CommandGroup(
            name: "Every day",
            subcommands: [
                InitCommand.self, AddCommand.self, StatusCommand.self, PushCommand.self, PullCommand.self,
                CheckoutCommand.self, TagCommand.self, ListCommand.self, ShowCommand.self, LogCommand.self,
            ]
        ),
        // run, runs, reproduce, record, metrics, params, plots
        CommandGroup(
            name: "Runs",
            subcommands: [
                RunCommand.self, RunsCommand.self, ReproduceCommand.self, RecordCommand.self, MetricsCommand.self,
                ParamsCommand.self, PlotsCommand.self,
            ]
        ),
        // rm, mv, ls, diff, cat, du
        CommandGroup(
            name: "Artifacts",
            subcommands: [
                RemoveCommand.self, MoveCommand.self, LsCommand.self, DiffCommand.self, CatCommand.self,
                DiskUsageCommand.self,
            ]
        ),
        // describe, card
        CommandGroup(name: "Models", subcommands: [DescribeCommand.self, CardCommand.self]),
        // promote, demote, stages, which, deprecate, verify, check, report
        CommandGroup(
            name: "Stages and review",
            subcommands: [
                PromoteCommand.self, DemoteCommand.self, StagesCommand.self, WhichCommand.self, DeprecateCommand.self,
                VerifyCommand.self, CheckCommand.self, ReportCommand.self,
            ]
        ),
        // deploy, rollback, deployments, monitor, serve, batch
        CommandGroup(
            name: "Deployment",
            subcommands: [
                DeployCommand.self, RollbackCommand.self, DeploymentsCommand.self, MonitorCommand.self,
                ServeCommand.self, BatchCommand.self,
            ]
        ),
        // remote, store, fetch, fsck, gc, repack, slim, purge, trust
        CommandGroup(
            name: "Store and remotes",
            subcommands: [
                RemoteCommand.self, StoreCommand.self, FetchCommand.self, FsckCommand.self,
                GarbageCollectionCommand.self, RepackCommand.self, SlimCommand.self, PurgeCommand.self,
                TrustCommand.self,
            ]
        ),
        // get, export
        CommandGroup(name: "Without a clone", subcommands: [GetCommand.self, ExportCommand.self]),
        // import
        CommandGroup(name: "Coming from elsewhere", subcommands: [ImportCommand.self]),
        // install, uninstall, doctor, completion
        CommandGroup(
            name: "Set up",
            subcommands: [InstallCommand.self, UninstallCommand.self, DoctorCommand.self, CompletionCommand.self]
        ),
        // What Git and packages call; hidden.
        CommandGroup(
            name: "Internal",
            subcommands: [
                HookCommand.self, TextConversionCommand.self, MergeDriverCommand.self, DocumentationCommand.self,
                CompletionWordsCommand.self,
            ]
        ),
    ]

    /// The options that may stand before the verb.
    @OptionGroup(title: "Global options") package var global: GlobalOptions

    /// Creates the command with its default options.
    init() {}
}
