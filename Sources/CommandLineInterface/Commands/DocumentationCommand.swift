import ArgumentParser
import Operations

/// `git model documentation`: prints what packages install beside the binary.
struct DocumentationCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "documentation",
        abstract: "Print documentation for packages",
        shouldDisplay: false
    )

    /// A document that is made from the commands themselves.
    enum Page: String, ExpressibleByArgument, CaseIterable {
        case man
    }

    /// A document, whole.
    struct Document: Report {
        let content: String
    }

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "man: the manual page git-model(1)")
    var page: Page

    func perform(in context: Context) -> Document {
        switch page {
        case .man: Document(content: ManualPage.roff())
        }
    }

    func render(_ report: Document, to text: inout Text) {
        text.raw(report.content)
    }
}
