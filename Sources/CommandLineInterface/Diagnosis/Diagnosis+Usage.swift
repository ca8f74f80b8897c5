import ArgumentParser
import Operations

extension Diagnosis {
    /// Diagnoses an error of the parser, or one that a verb's `validate()` threw.
    init(usage error: any Error, in invocation: Invocation) {
        if let verb = invocation.unknownVerb {
            self.init(unknownVerb: verb, in: invocation)
            return
        }
        let sentences = Root.message(for: error).split(separator: ". ", maxSplits: 1).map(String.init)
        // The parser's second sentence, if any, says what to use instead: a hint.
        self.init(
            .usage,
            sentences.first?.asErrorMessage ?? "the command line makes no sense",
            hints: sentences.dropFirst().map(\.asErrorMessage) + ["`\(invocation.name) -h` shows how it is used"]
        )
        if invocation.path.last.map({ $0 == RunCommand.self }) == true, message.contains("<action>") {
            hints = ["a command stands behind two dashes: `git model run -- python train.py`"] + hints.suffix(1)
        }
    }

    private init(unknownVerb verb: String, in invocation: Invocation) {
        let parent: any ParsableCommand.Type = invocation.path.last ?? Root.self
        let known = parent.configuration.subcommands.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
        let near = Self.near(verb, among: known)
        self.init(
            .usage,
            "\(invocation.name) has no verb '\(verb)'",
            hints: near.map { "did you mean `\(invocation.name) \($0)`?" } + ["`\(invocation.name) -h` lists the verbs"]
        )
        if invocation.path.isEmpty, verb == "commit" || verb == "clone" {
            hints.insert("that is Git's: `git \(verb)`", at: 0)
        }
    }

    /// What people type who come from Git, Git LFS, DVC or GTO.
    private static let synonyms = [
        "track": "add", "restore": "checkout", "switch": "checkout", "register": "tag", "info": "show", "get": "pull",
        "ls-files": "ls", "tags": "list", "versions": "list", "prune": "gc", "verify": "fsck", "setup": "init",
    ]

    private static func near(_ word: String, among known: [String]) -> [String] {
        if let synonym = synonyms[word], known.contains(synonym) { return [synonym] }
        let limit = word.count < 4 ? 1 : 2
        return
            known.map { (name: $0, distance: $0.hasPrefix(word) ? 0 : EditDistance.between($0, word)) }
            .filter { $0.distance <= limit }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(3).map(\.name)
    }
}

extension String {
    /// The parser's sentence as our messages are written: it begins in lower case and ends without a full stop.
    fileprivate var asErrorMessage: String {
        let text = hasSuffix(".") ? String(dropLast()) : self
        // "URL …" stays, "Unknown …" does not.
        guard let first = text.first, text.dropFirst().first?.isLowercase == true else { return text }
        return first.lowercased() + text.dropFirst()
    }
}
