import ArgumentParser
import Operations

extension RecordCommand {
    /// `git model record plot`.
    struct Plot: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "plot",
            abstract: "Keep a plot",
            discussion: "For example: git model record plot confusion confusion.png"
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions
        @OptionGroup var options: Options

        @Argument(help: "What it is called")
        var name: String

        @Argument(help: "A picture, or a table of its points", completion: .file())
        var file: String

        func perform(in context: Context) async throws -> RecordInRun.Report {
            try await RecordInRun(.plot(name, file: file), run: options.run).run(in: context)
        }

        func render(_ report: RecordInRun.Report, to text: inout Text) {}
    }

    /// `git model record artifact`.
    struct Artifact: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "artifact",
            abstract: "Name something that the run made, which becomes an artifact if it succeeds"
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions
        @OptionGroup var options: Options

        @Argument(help: "A file or directory", completion: .file())
        var path: String

        func perform(in context: Context) async throws -> RecordInRun.Report {
            try await RecordInRun(.artifact(path), run: options.run).run(in: context)
        }

        func render(_ report: RecordInRun.Report, to text: inout Text) {}
    }
}
