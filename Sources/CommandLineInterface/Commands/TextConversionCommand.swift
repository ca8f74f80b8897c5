import ArgumentParser
import Operations

/// `git model textconv`: the diff driver of pointers.
struct TextConversionCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "textconv",
        abstract: "Show a pointer as Git's diffs do",
        shouldDisplay: false
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The pointer file")
    var file: String

    func perform(in context: Context) async throws -> TextConversion.Report {
        try await TextConversion(file).run(in: context)
    }

    func render(_ report: TextConversion.Report, to text: inout Text) {
        text.raw(report.text)
    }
}
