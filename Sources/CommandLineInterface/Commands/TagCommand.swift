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

    @Option(help: ArgumentHelp("The next version: major, minor or patch", valueName: "part"))
    var bump: SemanticVersion.Bump?

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

    func validate() throws {
        if version != nil, bump != nil { throw ValidationError("a version and --bump exclude each other") }
    }

    func perform(in context: Context) async throws -> TagOutcome {
        let target: TagVersion.Target
        if let bump {
            target = .bumped(bump, model: model)
        } else if let version {
            target = .named(model.map { "\($0)@\(version)" } ?? version)
        } else {
            return .list(try await ListVersions(model: model).run(in: context))
        }
        let operation = TagVersion(target, messages: message, isSigned: sign, isForced: force, pushes: push)
        return .tagged(try await operation.run(in: context))
    }

    func render(_ report: TagOutcome, to text: inout Text) {
        switch report {
        case .list(let report): text.versions(report)
        case .tagged(let report): text.tagged(report, isQuiet: global.quiet)
        }
    }
}

extension SemanticVersion.Bump: ExpressibleByArgument {}

extension Text {
    /// Prints the versions of a model, or of several.
    mutating func versions(_ report: ListVersions.Report) {
        var table = Table([.left, .left, .right, .left])
        for version in report.versions {
            let name = report.isOneModel ? version.version : version.tag
            table.row(
                name,
                version.date ?? "",
                version.size.map(Quantity.bytes) ?? "",
                DisplayText.sanitized(version.subject) + (version.isPurged ? " (purged)" : "")
            )
        }
        self.table(table)
    }

    /// Prints what was tagged and pushed.
    fileprivate mutating func tagged(_ report: TagVersion.Report, isQuiet: Bool) {
        guard !isQuiet else { return }
        let what = "\(Quantity.count(report.artifacts, "artifact")), \(Quantity.bytes(report.size))"
        let did = report.isNew ? "Tagged \(report.tag)" : "\(report.tag) is tagged already,"
        line("\(did) at \(report.commit.prefix(12)): \(what)")
        if let push = report.push { transfer(push) }
        if let remote = report.gitRemote {
            line("Pushed \(report.references.joined(separator: " and ")) to \(remote)")
        }
    }
}
