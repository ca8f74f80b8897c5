import ArgumentParser
import Operations

/// `git model serve`.
struct ServeCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a version by its own command, behind the gateway",
        discussion: """
            Restores the version, runs its serve command, tries it on its sample, and passes on to it what comes to the port. \
            /ping, /health, /version and /metrics are the gateway's own. With --target it serves what was deployed to a target of \
            the kind process, as that says, and changes to what is deployed later without a pause. Hosts beyond loopback need a token \
            in GIT_MODEL_GATEWAY_TOKEN.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The version, as [MODEL@](vX.Y.Z|STAGE|latest)", completion: .words(.versions))
    var version: String?

    @Option(help: "The port to listen at; 0 is any that is free")
    var port: Int?

    @Option(help: ArgumentHelp("The address to listen at", valueName: "address"))
    var host: String?

    @Option(help: ArgumentHelp("The target, in place of a version", valueName: "name"), completion: .words(.targets))
    var target: String?

    static let leavesOutput = true

    func validate() throws {
        if target != nil, version != nil || port != nil || host != nil {
            throw ValidationError("the target says what is served and where: leave out the version, --port and --host")
        }
        if let port, !(0...65535).contains(port) { throw ValidationError("\(port) is no port") }
    }

    func perform(in context: Context) async throws -> ServeVersion.Report {
        let subject: ServeVersion.Subject =
            if let target {
                .target(target)
            } else {
                .version(version ?? "latest", host: host ?? "127.0.0.1", port: port ?? 8080)
            }
        return try await ServeVersion(subject).run(in: context)
    }

    func render(_ report: ServeVersion.Report, to text: inout Text) {}
}
