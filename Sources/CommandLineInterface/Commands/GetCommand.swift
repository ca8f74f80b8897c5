import ArgumentParser
import Operations

/// `git model get`.
struct GetCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Get the artifacts of a version without a clone",
        discussion: """
            Looks the version up in the repository at URL, of which one commit is fetched, and writes its artifacts below \
            DIR, at the paths that they have there; PATH may also be a file in one. With --manifest, neither Git nor the \
            repository is needed.
            """
    )
    static let answers = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "URL VERSION [PATH…], or with --manifest only [PATH…]", completion: .file())
    var arguments: [String] = []

    @Option(help: ArgumentHelp("A file that `export manifest` wrote", valueName: "file"), completion: .file())
    var manifest: String?

    @Option(
        help: ArgumentHelp("Refuse a manifest that nobody signed whom this file lists", valueName: "file"),
        completion: .file()
    )
    var allowedSigners: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Where to write", valueName: "dir"), completion: .directory)
    var output = "."

    @Option(help: ArgumentHelp("The only remote to ask, by its name in the repository", valueName: "name"))
    var remote: String?

    @Flag(name: .shortAndLong, help: "Write over files with other bytes")
    var force = false

    func validate() throws {
        if manifest == nil, arguments.count < 2 {
            throw ValidationError("get needs a URL and a version, or --manifest")
        }
        if manifest == nil, allowedSigners != nil { throw ValidationError("--allowed-signers goes with --manifest") }
        if manifest != nil, remote != nil { throw ValidationError("a manifest says itself which remotes to ask") }
    }

    func perform(in context: Context) async throws -> GetVersion.Report {
        let source: GetVersion.Source
        var paths = arguments[...]
        if let manifest {
            source = .manifest(path: manifest, allowedSigners: allowedSigners)
        } else {
            source = .repository(url: paths.removeFirst(), version: paths.removeFirst(), remote: remote)
        }
        return try await GetVersion(source, paths: Array(paths), to: output, isForced: force).run(in: context)
    }

    func render(_ report: GetVersion.Report, to text: inout Text) {
        let size = report.written.reduce(0) { $0 + $1.size }
        let version = DisplayText.quoted(report.version)
        if report.written.isEmpty {
            text.line("Nothing to get: \(DisplayText.quoted(report.output)) has \(version)")
        } else {
            let what = "\(Quantity.count(report.written.count, "artifact")), \(Quantity.bytes(size))"
            let time = Quantity.duration(nanoseconds: report.nanoseconds)
            let cost = "\(Quantity.bytes(report.bytes)) received in \(time)"
            let commit = DisplayText.quoted(String(report.commit.prefix(12)))
            text.line("Got \(what), of \(version) at \(commit): \(cost)")
        }
        if let signer = report.signer { text.line("Signed by \(DisplayText.sanitized(signer))") }
        text.restored(report.written, as: "wrote")
    }
}
