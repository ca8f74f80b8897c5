import ArgumentParser
import Operations

/// `git model textconv`: the diff driver (gitattributes(5), "Performing text diffs of binary files").
struct TextConversionCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "textconv",
        abstract: "Print what a pointer names, for git diff",
        shouldDisplay: false
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The pointer, or any file")
    var file: String

    func perform(in context: Context) async throws -> TextConversion.Report {
        try await TextConversion(file).run(in: context)
    }

    func render(_ report: TextConversion.Report, to text: inout Text) {}
}
