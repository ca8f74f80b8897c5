import ArgumentParser
import Operations

/// `git model deprecate`.
struct DeprecateCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "deprecate",
        abstract: "Take a version back, or say that a model is not to be used any more",
        discussion: """
            Nothing is deleted: `latest` and stages no longer mean the version, and `list` and `log` say that it was taken back.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "A model, or a version as [MODEL@]vX.Y.Z", completion: .words(.versions))
    var name: String

    @OptionGroup var tag: StageTagOptions

    func perform(in context: Context) async throws -> Deprecate.Report {
        try await Deprecate(name, options: tag.options).run(in: context)
    }

    func render(_ report: Deprecate.Report, to text: inout Text) {
        guard !global.quiet else { return }
        let what = report.version.map { "\(report.model)@\($0)" } ?? report.model
        if report.isUnchanged { return text.line("\(what) is taken back already: \(report.tag)") }
        let place = report.remote.map { "pushed to \($0)" } ?? "a draft, which only this clone has"
        text.line("\(what) is taken back: \(report.tag), \(place)")
    }
}
