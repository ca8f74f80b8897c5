import ArgumentParser
import Operations

/// `git model trust`.
struct TrustCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Agree to write to a remote URL, or list those agreed to",
        discussion: """
            A repository brings the URLs of its remotes; nothing is written to one before you agreed to exactly this URL, \
            here or by `git model remote add`. The list is your own, for all repositories on this machine.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The URL, or the name of a remote; without one, the list is shown")
    var url: String?

    @Flag(help: "No longer agree to it")
    var remove = false

    @Flag(help: "List what is agreed to, and the remotes that are not")
    var list = false

    func validate() throws {
        if remove, url == nil { throw ValidationError("--remove needs a URL") }
        if list, url != nil { throw ValidationError("--list takes no URL") }
    }

    func perform(in context: Context) async throws -> Trust.Report {
        let action: Trust.Action = url.map { remove ? .remove($0) : .add($0) } ?? .list
        return try await Trust(action).run(in: context)
    }

    func render(_ report: Trust.Report, to text: inout Text) {
        guard url != nil else {
            var table = Table([.left, .left, .left])
            for entry in report.urls {
                let state = entry.isAgreed ? "agreed" : "not agreed"
                table.row(state, DisplayText.quoted(entry.url), entry.remotes.joined(separator: ", "))
            }
            text.table(table)
            return
        }
        guard !global.quiet, let entry = report.urls.first else { return }
        let shown = DisplayText.quoted(entry.url)
        switch (report.action, entry.isAgreed) {
        case ("added", _): text.line("Agreed to \(shown)")
        case ("removed", _): text.line("No longer agreed to \(shown)")
        case (_, true): text.line("Already agreed to \(shown)")
        default: text.line("\(shown) was not agreed to")
        }
    }
}
