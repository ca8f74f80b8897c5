import ArgumentParser
import ModelCore
import Operations

/// `git model tag`.
struct TagCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag",
        abstract: "Make the current commit a version, or list the versions"
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The version, as [MODEL@]vX.Y.Z; without one, the versions are listed")
    var version: String?

    @Option(help: ArgumentHelp("The next version: major, minor, patch, or auto by what changed", valueName: "part"))
    var bump: VersionBump?

    @Option(help: ArgumentHelp("The model, where there are several", valueName: "model"))
    var model: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("What the version is about (each is a paragraph)", valueName: "text")
    )
    var message: [String] = []

    @Flag(name: .shortAndLong, help: "Sign the tag with your key")
    var sign = false

    @Flag(name: .shortAndLong, help: "Replace a version, or repeat one that nothing changed since")
    var force = false

    @Flag(help: "Push the objects, the branch and the tag")
    var push = false

    @Flag(name: [.customShort("n"), .long], help: "Only say which version it would be, and why")
    var dryRun = false

    func validate() throws {
        if version != nil, bump != nil { throw ValidationError("a version and --bump exclude each other") }
    }

    func perform(in context: Context) async throws -> TagOutcome {
        let target: TagVersion.Target
        if let bump {
            target = bump.part.map { .bumped($0, model: model) } ?? .automatic(model: model)
        } else if let version {
            target = .named(model.map { "\($0)@\(version)" } ?? version)
        } else {
            return .list(try await ListVersions(model: model).run(in: context))
        }
        let operation = TagVersion(
            target,
            messages: message,
            isSigned: sign,
            isForced: force,
            pushes: push,
            isDryRun: dryRun
        )
        return .tagged(try await operation.run(in: context))
    }

    func render(_ report: TagOutcome, to text: inout Text) {
        switch report {
        case .list(let report): text.versions(report)
        case .tagged(let report): text.tagged(report, isQuiet: global.quiet, isDryRun: dryRun)
        }
    }
}

/// Which number of a version grows.
enum VersionBump: String, ExpressibleByArgument, CaseIterable {
    case major, minor, patch, auto

    /// The number; `nil` where what changed decides.
    var part: SemanticVersion.Bump? { SemanticVersion.Bump(rawValue: rawValue) }
}

extension Text {
    /// Prints the versions of a model, or of several.
    mutating func versions(_ report: ListVersions.Report) {
        var table = Table([.left, .left, .right, .left, .left])
        let isOneModel = report.isOneModel
        for version in report.versions {
            let name = isOneModel ? version.version : version.tag
            table.row(
                name,
                version.date ?? "",
                version.size.map(Quantity.bytes) ?? "",
                version.stages.joined(separator: ", "),
                DisplayText.sanitized(version.subject) + (version.isDeregistered ? " (taken back)" : "")
                    + (version.isPurged ? " (purged)" : "")
            )
        }
        self.table(table)
    }

    /// Prints what was tagged and pushed.
    fileprivate mutating func tagged(_ report: TagVersion.Report, isQuiet: Bool, isDryRun: Bool) {
        guard !isQuiet || isDryRun else { return }
        let run = report.run.map { "run \($0.prefix(8))" } ?? "no run"
        let what = "\(Quantity.count(report.artifacts, "artifact")), \(Quantity.bytes(report.size)), \(run)"
        let did =
            report.isNew ? "\(isDryRun ? "It would be" : "Tagged") \(report.tag)" : "\(report.tag) is tagged already,"
        line("\(did) at \(report.commit.prefix(12)): \(what)")
        for reason in report.reasons { line("  \(DisplayText.sanitized(reason))") }
        if let push = report.push { transfer(push) }
        if let remote = report.gitRemote {
            line("Pushed \(report.references.joined(separator: " and ")) to \(remote)")
        }
    }
}
