import ArgumentParser
import Operations
import Plots

/// `git model plots`.
struct PlotsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plots",
        abstract: "Show and compare learning curves and other plots",
        subcommands: [Show.self, Diff.self],
        defaultSubcommand: Show.self
    )

    /// `git model plots show`.
    struct Show: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show the plots of versions, commits, runs or the work tree"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "Versions, revisions or runs; by default the work tree", completion: .words(.versions))
        var subjects: [String] = []

        @OptionGroup var drawing: PlotOptions

        func perform(in context: Context) async throws -> ShowPlots.Report {
            try await ShowPlots(.all(subjects), matching: drawing.filter, to: drawing.output).run(in: context)
        }

        func render(_ report: ShowPlots.Report, to text: inout Text) { text.plots(report, isPage: drawing.html) }
    }

    /// `git model plots diff`.
    struct Diff: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "diff",
            abstract: "Draw the plots of two versions, commits or runs together"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(
            help: "The earlier one and the later one; by default HEAD and the work tree",
            completion: .words(.versions)
        )
        var subjects: [String] = []

        @OptionGroup var drawing: PlotOptions

        func perform(in context: Context) async throws -> ShowPlots.Report {
            try await ShowPlots(.pair(subjects), matching: drawing.filter, to: drawing.output).run(in: context)
        }

        func render(_ report: ShowPlots.Report, to text: inout Text) { text.plots(report, isPage: drawing.html) }
    }
}

/// How plots are shown.
struct PlotOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only plots with such a title, or of such a file", valueName: "glob"))
    var filter: [String] = []

    @Flag(help: "Write one HTML page")
    var html = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write each as SVG into a directory", valueName: "dir"),
        completion: .directory
    )
    var output: String?
}

extension Text {
    /// Prints a line for what each side has of a plot, or a page with all of them.
    fileprivate mutating func plots(_ report: ShowPlots.Report, isPage: Bool) {
        if isPage {
            let title = "Plots of " + report.sides.map(\.name).joined(separator: " and ")
            let heading = HTML.element("h1", [], HTML.escaped(title))
            return raw(PageFrame.document(title: title, body: heading + PlotSections(report.figures).html))
        }
        for figure in report.figures {
            line("\(painted(DisplayText.sanitized(figure.title), .bold))  \(figure.kind)")
            var table = Table([.left, .left], indent: 2)
            for part in figure.parts {
                table.row(DisplayText.sanitized(part.revision), PlotSections.line(of: part.plot.data))
            }
            self.table(table)
        }
        for file in report.files { line(DisplayText.quoted(file)) }
    }
}
