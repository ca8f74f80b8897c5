import ArgumentParser
import Operations

/// `git model completion-words`: what a completion script asks for.
struct CompletionWordsCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion-words",
        abstract: "Print the words that complete an argument",
        shouldDisplay: false
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "versions, models, remotes or targets")
    var subject: CompletionWords.Subject

    func perform(in context: Context) async throws -> CompletionWords.Report {
        try await CompletionWords(subject).run(in: context)
    }

    func render(_ report: CompletionWords.Report, to text: inout Text) {
        for word in report.words { text.line(word) }
    }
}

extension CompletionWords.Subject: ExpressibleByArgument {}

extension CompletionKind {
    /// The words of the repository that name such a thing; none outside of a repository.
    static func words(_ subject: CompletionWords.Subject) -> CompletionKind {
        .shellCommand("git-model completion-words \(subject.rawValue) 2>/dev/null")
    }
}
