import ArgumentParser

/// What can be said of a command line without parsing it: which verb it names, and how it wants to be answered.
struct Invocation {
    /// The verbs that the words lead to, without the root.
    let path: [any ParsableCommand.Type]

    /// The first word that should be a verb and is none.
    let unknownVerb: String?

    /// Whether help was asked for first, as in `git model help add`.
    let asksForHelp: Bool

    /// Whether errors are to be JSON.
    let wantsJSON: Bool

    /// Whether colour was asked for, for errors that come before the options are parsed.
    let color: ColorChoice

    init(_ arguments: [String]) {
        var node: any ParsableCommand.Type = Root.self
        var path: [any ParsableCommand.Type] = []
        var unknownVerb: String?
        var asksForHelp = false
        var words = arguments.prefix { $0 != "--" }[...]
        wantsJSON = words.contains("--json")
        color =
            words.firstIndex(of: "--color").flatMap { words.dropFirst($0 + 1).first }.flatMap(ColorChoice.init) ?? .auto
        while let word = words.popFirst() {
            if GlobalOptions.namesWithValue.contains(word) {
                words = words.dropFirst()
            } else if word == "help", path.isEmpty {
                asksForHelp = true
            } else if word.hasPrefix("-") {
                continue
            } else if let next = node.configuration.subcommands.first(where: { $0.answers(to: word) }) {
                node = next
                path.append(next)
            } else {
                if let usual = node.configuration.defaultSubcommand {
                    path.append(usual)
                } else if !node.configuration.subcommands.isEmpty {
                    unknownVerb = word
                }
                break
            }
        }
        self.path = path
        self.unknownVerb = unknownVerb
        self.asksForHelp = asksForHelp
    }

    /// The option that stands for each path behind `--`.
    static let pathOption = "path"

    /// Verbs that take versions before `--` and paths behind it, as Git's do.
    private static let verbsWithPaths: Set<String> = ["push", "fetch", "pull", "checkout", "show", "diff", "export"]

    /// Returns the arguments with each path behind `--` as an option, for the parser knows only one list of words.
    func separatingPaths(_ arguments: [String]) -> [String] {
        guard let verb = words.first, Invocation.verbsWithPaths.contains(verb),
            let end = arguments.firstIndex(of: "--")
        else { return arguments }
        return Array(arguments[..<end]) + arguments[(end + 1)...].map { "--\(Invocation.pathOption)=\($0)" }
    }

    /// The words of the verb: `["remote", "add"]`.
    var words: [String] { path.map { $0._commandName } }

    /// The verb as it is typed: `git model remote add`.
    var name: String { (["git", "model"] + words).joined(separator: " ") }
}

extension ParsableCommand {
    /// Whether the command has this name or alias.
    static func answers(to word: String) -> Bool {
        _commandName == word || configuration.aliases.contains(word)
    }
}
