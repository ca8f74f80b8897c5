import ArgumentParser
import Operations

/// `git model trust`.
struct TrustCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Agree to a URL, a target or a command, or list what you agreed to",
        discussion: """
            A repository brings the URLs of its remotes; nothing is written to one before you agreed to exactly this URL, \
            here or by `git model remote add`. It also brings targets (deploy:PATH) and commands (command:DIGEST): the message \
            that asks for an agreement prints the line to type. The list is your own, for all repositories on this machine.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The URL, the name of a remote, deploy:PATH or command:DIGEST; without one, the list is shown")
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
                let purpose = entry.purpose.map(DisplayText.sanitized) ?? entry.remotes.joined(separator: ", ")
                table.row(state, DisplayText.quoted(entry.url), purpose)
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
