import ArgumentParser
import Operations

/// `git model import`, a group of verbs.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take what another tool keeps, in a commit of its own",
        subcommands: [DVC.self, LFS.self, MLflow.self]
    )

    /// `git model import dvc`.
    struct DVC: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "dvc",
            abstract: "Take what DVC keeps of this commit, and of all tags",
            discussion: """
                Bytes come from DVC's cache, the work tree, and remotes of DVC that are directories; what only DVC can get is named. \
                Everything in this commit gets a pointer. What tags have is stored too, and .mver/imports says by which name, so that \
                `git model checkout TAG` brings it back without DVC. Whoever stops it types it again.
                """
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "Files, directories or .dvc files; by default all", completion: .file())
        var paths: [String] = []

        @Flag(name: .shortAndLong, help: "Only say what would be done")
        var dryRun = false

        @Flag(name: .customLong("no-tags"), help: "Leave out what only tags have")
        var skipsTags = false

        @Flag(help: "Remove .dvc files of which everything has a pointer, in the same commit")
        var remove = false

        @Option(help: ArgumentHelp("The model that the artifacts belong to", valueName: "model"))
        var model: String?

        func perform(in context: Context) async throws -> ImportReport {
            try await ImportDVC(paths, model: model, isDryRun: dryRun, readsTags: !skipsTags, removes: remove).run(
                in: context
            )
        }

        func render(_ report: ImportReport, to text: inout Text) { ImportCommand.render(report, of: "DVC", to: &text) }
    }

    /// `git model import lfs`.
    struct LFS: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "lfs",
            abstract: "Take what Git LFS keeps of this commit",
            discussion: """
                Bytes come from .git/lfs, or from the work tree; what is not here is named. History stays as it is: older commits keep \
                their pointers of Git LFS, and need it. Whoever stops it types it again.
                """
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "Files or directories; by default all", completion: .file())
        var paths: [String] = []

        @Flag(name: .shortAndLong, help: "Only say what would be done")
        var dryRun = false

        @Option(help: ArgumentHelp("The model that the artifacts belong to", valueName: "model"))
        var model: String?

        func perform(in context: Context) async throws -> ImportReport {
            try await ImportLFS(paths, model: model, isDryRun: dryRun).run(in: context)
        }

        func render(_ report: ImportReport, to text: inout Text) {
            ImportCommand.render(report, of: "Git LFS", to: &text)
        }
    }

    private static func render(_ report: ImportReport, of tool: String, to text: inout Text) {
        var table = Table([.left, .right, .left], indent: 2)
        for artifact in report.taken {
            table.row(DisplayText.quoted(artifact.path), artifact.size.map(Quantity.bytes) ?? "", artifact.origin ?? "")
        }
        for version in report.versions {
            let missing = version.missing > 0 ? "\(version.missing) not here" : ""
            table.row("tag \(DisplayText.quoted(version.name))", Quantity.bytes(version.size), missing)
        }
        let size = report.taken.reduce(0) { $0 + ($1.size ?? 0) } + report.versions.reduce(0) { $0 + $1.size }
        let count = Quantity.count(report.taken.count, "artifact")
        let old = report.versions.reduce(0) { $0 + $1.objects }
        let tags = old > 0 ? " and \(Quantity.count(old, "object")) of tags" : ""
        let removed = report.removed.isEmpty ? "" : ", removed \(Quantity.count(report.removed.count, ".dvc file"))"
        if report.taken.isEmpty, old == 0, report.removed.isEmpty {
            text.line("Nothing to import from \(tool)")
        } else if report.isDryRun {
            text.line("Would import \(count)\(tags) from \(tool), \(Quantity.bytes(size))")
        } else {
            let commit = report.commit.map { ", in commit \($0.prefix(7))" } ?? ""
            text.line("Imported \(count)\(tags) from \(tool), \(Quantity.bytes(size))\(removed)\(commit)")
        }
        text.table(table)
    }
}
