import ArgumentParser
import Operations

/// `git model record`, a group of verbs.
struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Note metrics, parameters, plots and the like of a script's run",
        subcommands: [
            Metric.self, Parameter.self, Plot.self, Artifact.self, Reference.self, Note.self,
        ]
    )

    /// The run that is meant.
    struct Options: ParsableArguments {
        @Option(help: ArgumentHelp("The run; else the one that the script is part of", valueName: "id"))
        var run: String?
    }

    /// `git model record metric`.
    struct Metric: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "metric",
            abstract: "Note values of metrics",
            discussion: "For example: git model record metric loss=0.5 accuracy=0.9 --step 3"
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions
        @OptionGroup var options: Options

        @Argument(help: ArgumentHelp("Names and values", valueName: "name=value"))
        var values: [String]

        @Option(help: ArgumentHelp("The step; else one after the last", valueName: "number"))
        var step: Int64?

        func perform(in context: Context) async throws -> RecordInRun.Report {
            try await RecordInRun(.metrics(values, step: step), run: options.run).run(in: context)
        }

        func render(_ report: RecordInRun.Report, to text: inout Text) {}
    }

    /// `git model record param`.
    struct Parameter: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "param",
            abstract: "Note parameters",
            discussion: "For example: git model record param lr=1e-3 epochs=3"
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions
        @OptionGroup var options: Options

        @Argument(help: ArgumentHelp("Names and values", valueName: "name=value"))
        var values: [String]

        func perform(in context: Context) async throws -> RecordInRun.Report {
            try await RecordInRun(.parameters(values), run: options.run).run(in: context)
        }

        func render(_ report: RecordInRun.Report, to text: inout Text) {}
    }

    /// `git model record note`.
    struct Note: ModelCommand {
        static let configuration = CommandConfiguration(commandName: "note", abstract: "Note a remark")
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions
        @OptionGroup var options: Options

        @Argument(help: "The remark")
        var text: String

        func perform(in context: Context) async throws -> RecordInRun.Report {
            try await RecordInRun(.note(text), run: options.run).run(in: context)
        }

        func render(_ report: RecordInRun.Report, to text: inout Text) {}
    }
}
