import ArgumentParser
import Operations

/// `git model rollback`.
struct RollbackCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Let what ran before on a target run again",
        discussion: """
            What ran before is the last good deployment by the records, not the number before. It was checked and kept, so that \
            this is one switch: without network, and whatever the work tree is like. The version that is left is bad from then on, \
            and a stage that the target follows gets the old version again.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The target; it may be left out where there is only one", completion: .words(.targets))
    var target: String?

    @Option(
        help: ArgumentHelp("The version, of those that the target keeps", valueName: "version"),
        completion: .words(.versions)
    )
    var to: String?

    @Option(
        name: [.customShort("m"), .customLong("reason"), .customLong("message")],
        help: ArgumentHelp("Why; it is recorded", valueName: "text")
    )
    var reason: String?

    @OptionGroup var record: RecordOptions

    func perform(in context: Context) async throws -> DeploymentReport {
        var options = RollBackTarget.Options()
        options.version = to
        options.reason = reason
        options.skipsSmoke = record.skipSmoke
        options.pushes = !record.noPush
        return try await RollBackTarget(target, options: options).run(in: context)
    }

    func render(_ report: DeploymentReport, to text: inout Text) {
        text.deployment(report, isQuiet: global.quiet)
    }
}
