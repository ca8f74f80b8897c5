import ArgumentParser
import Operations

/// `git model merge-driver`: the merge driver (gitattributes(5), "Defining a custom merge driver").
struct MergeDriverCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge-driver",
        abstract: "Merge two versions of a file of git-model's, for git merge",
        shouldDisplay: false
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The common ancestor's version") var base: String
    @Argument(help: "Our version, and the result") var ours: String
    @Argument(help: "Their version") var theirs: String
    @Argument(help: "The file's path in the repository") var path: String

    func perform(in context: Context) async throws -> MergeDriver.Report {
        try await MergeDriver(base: base, ours: ours, theirs: theirs, path: path).run(in: context)
    }

    func render(_ report: MergeDriver.Report, to text: inout Text) {}
}
