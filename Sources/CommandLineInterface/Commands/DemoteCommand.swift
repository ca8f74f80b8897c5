import ArgumentParser
import Operations

/// `git model demote`.
struct DemoteCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "demote",
        abstract: "Take a version out of a stage, which then has what it had before"
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The version, as [MODEL@](vX.Y.Z|STAGE|latest)", completion: .words(.versions))
    var version: String

    @Argument(help: "The stage")
    var stage: String

    @OptionGroup var tag: StageTagOptions

    func perform(in context: Context) async throws -> DemoteVersion.Report {
        try await DemoteVersion(version, from: stage, options: tag.options).run(in: context)
    }

    func render(_ report: DemoteVersion.Report, to text: inout Text) {
        guard !global.quiet else { return }
        let now = report.current ?? "nothing"
        let place = report.remote.map { "pushed to \($0)" } ?? "a draft, which only this clone has"
        text.line("Took \(report.model)@\(report.version) out of \(report.stage): \(report.tag), \(place)")
        text.line("\(report.stage) has \(now) now")
    }
}
