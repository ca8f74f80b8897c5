import ArgumentParser
import Deployment
import Operations

/// `git model deploy`.
struct DeployCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Put a version, checked and tried on its sample, into a target",
        discussion: """
            [deploy "NAME"] of .mver/config declares a target. The version is verified, restored beside what runs, tried, and only \
            then switched to; whatever fails leaves, or puts back, what ran before (exit code 4). A version that the target was \
            rolled back from is refused (exit code 1). With --canary a target of the kind process gives it a part of its traffic; \
            the same command without it lets it have all, and `git model rollback` takes the part back.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(
        help: "The version, as [MODEL@](vX.Y.Z|STAGE|latest); else that of the stage which the target follows",
        completion: .words(.versions)
    )
    var version: String?

    @Argument(help: "The target; it may be left out where there is only one", completion: .words(.targets))
    var target: String?

    @Flag(name: [.customShort("n"), .long], help: "Only say what would be done, and what would be restored")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Deploy it although the target was rolled back from it")
    var force = false

    @Option(
        help: ArgumentHelp("Give it so many percent of the traffic for now, and leave the rest", valueName: "percent")
    )
    var canary: Int?

    @Option(
        help: ArgumentHelp(
            "The header field by whose value callers stay with one of the two versions; else X-Request-Key",
            valueName: "name"
        )
    )
    var stickyHeader: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Why; it is recorded", valueName: "text"))
    var message: String?

    @OptionGroup var record: RecordOptions

    func validate() throws {
        if let canary, !(1...100).contains(canary) { throw ValidationError("\(canary) is no percentage from 1 to 100") }
        guard let stickyHeader else { return }
        guard Canary.isField(stickyHeader) else {
            throw ValidationError("--sticky-header is no name of a header field")
        }
        if canary == nil { throw ValidationError("--sticky-header is for --canary") }
    }

    func perform(in context: Context) async throws -> DeploymentReport {
        var options = DeployVersion.Options()
        options.reason = message
        options.isForced = force
        options.skipsSmoke = record.skipSmoke
        options.pushes = !record.noPush
        options.isDryRun = dryRun
        // All of the traffic is what a deployment gives anyway.
        options.canary = canary == 100 ? nil : canary
        options.stickyField = stickyHeader
        let words = try await DeployVersion.arguments(version, target, in: context)
        return try await DeployVersion(words.version, to: words.target, options: options).run(in: context)
    }

    func render(_ report: DeploymentReport, to text: inout Text) {
        text.deployment(report, isQuiet: global.quiet)
    }
}

/// The options of commands that change what runs on a target.
struct RecordOptions: ParsableArguments {
    @Flag(help: "Do not try it on its sample; that is recorded")
    var skipSmoke = false

    @Flag(name: .customLong("no-push"), help: "Keep the record in this clone for now")
    var noPush = false
}
