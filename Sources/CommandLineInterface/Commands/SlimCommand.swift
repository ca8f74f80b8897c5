import ArgumentParser
import Operations

/// `git model slim`.
struct SlimCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "slim",
        abstract: "Free disk space of what a remote was seen to have",
        discussion: """
            Reads every byte of the versions back from the remote, bases of differences included, and compares it with its \
            name. What came back right is named in a root of the remote, so that collection keeps it there, and leaves the \
            local store, unless something that stays needs it; without a version, everything is meant. What HEAD, an index \
            or a work tree names stays without --all. fetch and checkout bring versions back.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "Versions or revisions; by default everything in the store", completion: .words(.versions))
    var versions: [String] = []

    @Option(
        help: ArgumentHelp("The remote; by default the default one", valueName: "name"),
        completion: .words(.remotes)
    )
    var remote: String?

    @Flag(help: "Take out what is checked out, too")
    var all = false

    @Flag(name: .shortAndLong, help: "Only read back, and say what would be done")
    var dryRun = false

    func perform(in context: Context) async throws -> SlimStore.Report {
        try await SlimStore(versions: versions, remote: remote, isDryRun: dryRun, takesAll: all).run(in: context)
    }

    func render(_ report: SlimStore.Report, to text: inout Text) {
        let freed = "\(Quantity.bytes(report.bytes)) of \(Quantity.count(report.artifacts.count, "artifact version"))"
        text.line("\(report.isDryRun ? "Would free" : "Freed") \(freed), which remote \(report.remote) has")
        text.line("Kept \(report.inUse) checked out, \(report.absent) that the remote does not have")
    }
}
