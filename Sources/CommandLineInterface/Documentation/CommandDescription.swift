import ArgumentParser
import FoundationEssentials

/// One command as help and manual pages show it: read from the parser's own dump, so that no option can be forgotten.
struct CommandDescription {
    /// The name as it is typed: `git model remote add`.
    let name: String

    /// What the command does, in one imperative line without a full stop.
    let abstract: String

    /// Paragraphs about the details; may be empty.
    let discussion: String

    /// The usage line behind the name.
    let synopsis: String

    /// The positional arguments.
    let arguments: [Argument]

    /// The options of its own: the global ones, help and version are left out.
    let options: [Argument]

    /// The commands below it that are shown.
    let subcommands: [any ParsableCommand.Type]

    /// A positional argument or an option.
    struct Argument: Decodable {
        private struct Name: Decodable {
            let kind: String
            let name: String
        }

        private let kind: String
        private let names: [Name]?
        private let valueName: String?
        fileprivate let abstract: String?
        fileprivate let discussion: String?
        fileprivate let defaultValue: String?
        fileprivate let isRepeating: Bool
        fileprivate let isOptional: Bool
        fileprivate let shouldDisplay: Bool
        fileprivate var isPositional: Bool { kind == "positional" }

        /// How the argument is typed: `<path>...`, `-m, --message <text>`.
        var label: String {
            if isPositional { return "<\(valueName ?? "value")>" + (isRepeating ? "..." : "") }
            let spelled = spellings.joined(separator: ", ")
            return kind == "option" ? "\(spelled) <\(valueName ?? "value")>" : spelled
        }

        /// The names with their dashes, short ones first.
        var spellings: [String] {
            (names ?? []).map { $0.kind == "long" ? "--\($0.name)" : "-\($0.name)" }.sorted { $0.count < $1.count }
        }

        /// What the argument means, its default included.
        var meaning: String {
            var text = abstract ?? ""
            // "auto" says something, the "false" of a flag does not.
            if let defaultValue, kind == "option" { text += " (default: \(defaultValue))" }
            if let discussion { text += "\n" + discussion }
            return text
        }
    }

    /// Describes a command from its type and the names that lead to it.
    init(_ type: any ParsableCommand.Type, path: [String]) {
        let configuration = type.configuration
        let shown = Self.arguments(of: type).filter(\.shouldDisplay)
        let global = Set(Self.globalOptions.flatMap(\.spellings) + ["--help", "--version"])
        name = (["git", "model"] + path).joined(separator: " ")
        abstract = configuration.abstract
        discussion = configuration.discussion
        arguments = shown.filter(\.isPositional)
        options = shown.filter { !$0.isPositional && global.isDisjoint(with: $0.spellings) }
        subcommands = configuration.subcommands.filter { $0.configuration.shouldDisplay }
        synopsis = configuration.usage ?? Self.synopsis(arguments, options, hasSubcommands: !subcommands.isEmpty)
    }

    /// The options that every verb understands.
    static let globalOptions = arguments(of: GlobalOptions.self).filter {
        $0.shouldDisplay && !$0.isPositional && $0.spellings.last != "--help"
    }

    private static func synopsis(_ arguments: [Argument], _ options: [Argument], hasSubcommands: Bool) -> String {
        var words: [String] = options.contains(where: \.isOptional) ? ["[<options>]"] : []
        words += options.filter { !$0.isOptional }.map(\.label)
        if hasSubcommands { words.append("<verb>") }
        words += arguments.map { $0.isOptional ? "[\($0.label)]" : $0.label }
        return words.joined(separator: " ")
    }

    private struct Dump: Decodable {
        struct Command: Decodable {
            let arguments: [Argument]?
        }

        let command: Command
    }

    private static func arguments(of type: any ParsableArguments.Type) -> [Argument] {
        let dump = try? JSONDecoder().decode(Dump.self, from: Data(type._dumpHelp().utf8))
        return dump?.command.arguments ?? []
    }
}
