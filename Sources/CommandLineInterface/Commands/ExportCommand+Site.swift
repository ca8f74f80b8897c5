import ArgumentParser
import Operations

extension ExportCommand {
    /// `git model export site`.
    struct Site: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "site",
            abstract: "Write the registry as pages: models, versions, stages, kept runs, curves, differences",
            discussion: """
                The pages need no server, and nothing from elsewhere: open index.html, or put the directory on any web host. Only \
                what commits and tags have is shown, of which nothing is fetched. An earlier site in the directory is replaced.
                """
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The directory", completion: .directory)
        var directory: String

        @Option(help: ArgumentHelp("What the pages are called", valueName: "text"))
        var title: String?

        @Flag(help: "Replace the directory, whatever is in it")
        var force = false

        func perform(in context: Context) async throws -> ExportSite.Report {
            try await ExportSite(directory, title: title, isForced: force, renderer: SitePages()).run(in: context)
        }

        func render(_ report: ExportSite.Report, to text: inout Text) {
            guard !global.quiet else { return }
            let counts = [
                Quantity.count(report.models, "model"), Quantity.count(report.versions, "version"),
                Quantity.count(report.runs, "run"),
            ].joined(separator: ", ")
            let pages = "\(Quantity.count(report.pages, "page")), \(Quantity.bytes(report.size))"
            text.line("Wrote \(counts) to \(DisplayText.quoted(report.directory)): \(pages)")
        }
    }
}
