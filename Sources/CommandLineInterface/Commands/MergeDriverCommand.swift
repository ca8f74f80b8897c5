import ArgumentParser
import Operations

/// `git model merge-driver`: the merge driver of pointers.
struct MergeDriverCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge-driver",
        abstract: "Merge two pointers",
        shouldDisplay: false
    )
    static let answers = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The common ancestor's file")
    var base: String

    @Argument(help: "Our file, which the result replaces")
    var ours: String

    @Argument(help: "Their file")
    var theirs: String

    @Argument(help: "The pointer's path")
    var name: String

    func perform(in context: Context) async throws -> MergePointers.Report {
        try await MergePointers(base: base, ours: ours, theirs: theirs, name: name).run(in: context)
    }

    func render(_ report: MergePointers.Report, to text: inout Text) {}
}
