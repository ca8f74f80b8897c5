import ArgumentParser
import Operations

/// `git model trust`.
struct TrustCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Agree to a remote URL on this machine, or list those agreed to"
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The URL, exactly as the configuration has it")
    var url: String?

    @Flag(help: "Agree to it no longer")
    var remove = false

    func perform(in context: Context) async throws -> Trust.Report {
        try Trust(url, removes: remove).run(in: context)
    }

    func render(_ report: Trust.Report, to text: inout Text) {
        if let done = report.done { return text.line(done) }
        for url in report.urls { text.line(DisplayText.quoted(url)) }
    }
}
