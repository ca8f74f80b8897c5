import ArgumentParser
import Operations

/// The manual page git-model(1), in the man macros that every `man` understands.
enum ManualPage {
    /// Returns the page.
    static func roff() -> String {
        var page = Roff()
        page.macro("TH", "GIT\\-MODEL", "1", Version.date, "git\\-model \(Version.current)", "Git Manual")
        page.macro("SH", "NAME")
        page.text("git-model - version machine-learning models with Git")
        page.macro("SH", "SYNOPSIS")
        page.raw("\\fBgit model\\fR [\\fB\\-C\\fR \\fIdir\\fR] \\fIverb\\fR [\\fIoptions\\fR]")
        page.macro("SH", "DESCRIPTION")
        page.paragraphs(introduction)
        verbs(&page)
        page.macro("SH", "OPTIONS OF EVERY VERB")
        for option in CommandDescription.globalOptions { page.item(option.label, option.meaning) }
        page.macro("SH", "EXIT STATUS")
        for (code, meaning) in ExitCodeTable.rows { page.item("\(code)", meaning) }
        page.macro("SH", "ENVIRONMENT")
        for (name, meaning) in environment { page.item(name, meaning) }
        page.macro("SH", "FILES")
        for (name, meaning) in files { page.item(name, meaning) }
        page.macro("SH", "SEE ALSO")
        page.raw("\\fBgit\\fR(1), \\fBgitattributes\\fR(5), \\fBgithooks\\fR(5)")
        return page.content
    }

    private static func verbs(_ page: inout Roff) {
        for group in Root.configuration.groupedSubcommands {
            let shown = group.subcommands.filter { $0.configuration.shouldDisplay }
            guard !shown.isEmpty else { continue }
            page.macro("SH", "\(group.name) verbs".uppercased())
            for verb in shown { command(verb, path: [verb._commandName], &page) }
        }
    }

    private static func command(_ type: any ParsableCommand.Type, path: [String], _ page: inout Roff) {
        let description = CommandDescription(type, path: path)
        page.macro("SS", Roff.escaped([description.name, description.synopsis].joined(separator: " ")))
        page.text(description.abstract + ".")
        for argument in description.arguments + description.options { page.item(argument.label, argument.meaning) }
        if !description.discussion.isEmpty {
            page.macro("PP")
            page.paragraphs(description.discussion)
        }
        for subcommand in description.subcommands {
            command(subcommand, path: path + [subcommand._commandName], &page)
        }
    }

    private static let introduction = """
        git model versions the weights of models in a Git repository. Git holds a small text file, the pointer, for each \
        artifact; the bytes are in a content-addressed store below .git/model and in the remotes that are set up. A \
        version of a model is an annotated tag such as fraud-detector@v1.2.0.

        A version is named [MODEL@]v1.2.0, [MODEL@]latest, [MODEL@]STAGE, or any Git revision; the model may be left out \
        where there is one.
        """

    private static let environment = [
        ("NO_COLOR", "When set to anything, no colours are used."),
        ("GIT_TERMINAL_PROMPT", "When 0, nothing is asked."),
        ("COLUMNS", "The width to use instead of the terminal's."),
    ]

    private static let files = [
        (".mver/config", "What the repository says about models and remotes, in the syntax of git-config(1)."),
        (".mver/models/", "What each model is: its artifacts, task and metadata."),
        (".mver/runs/", "The training runs that are kept."),
        ("*.mver", "Pointers: the text that stands in Git for an artifact beside it."),
        (".mverignore", "What a directory artifact leaves out, in the syntax of gitignore(5)."),
    ]
}

/// Text in the man macros.
private struct Roff {
    private(set) var content = ""

    mutating func raw(_ line: String) {
        content += line + "\n"
    }

    /// Adds a macro line; arguments are quoted, not escaped.
    mutating func macro(_ name: String, _ arguments: String...) {
        raw(([".\(name)"] + arguments.map { "\"\($0)\"" }).joined(separator: " "))
    }

    /// Adds text to be filled, in lines that are short enough for whoever reads the source.
    mutating func text(_ line: String) {
        var line = line[...]
        while line.count > 70, let end = line.prefix(70).lastIndex(of: " "), line.first != " " {
            literal(line[..<end])
            line = line[end...].dropFirst()
        }
        literal(line)
    }

    private mutating func literal(_ line: Substring) {
        let escaped = Roff.escaped(String(line))
        // A dot or a quote at the start would be read as a macro.
        raw(escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped)
    }

    mutating func item(_ label: String, _ meaning: String) {
        macro("TP")
        raw("\\fB\(Roff.escaped(label))\\fR")
        for line in meaning.split(separator: "\n") { text(String(line)) }
    }

    /// Adds paragraphs; lines that start with a blank are examples and are not filled.
    mutating func paragraphs(_ body: String) {
        var isExample = false
        for line in body.split(separator: "\n", omittingEmptySubsequences: false) {
            let startsExample = line.first == " "
            if startsExample != isExample {
                macro(startsExample ? "nf" : "fi")
                isExample = startsExample
            }
            if line.isEmpty { macro("PP") } else { text(String(line)) }
        }
        if isExample { macro("fi") }
    }

    /// Returns the text with backslashes, hyphens (which are minus signs here) and quotes made literal.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "\"": result += "\\(dq"
            case "`": result += "\\(ga"
            case "…": result += "..."
            default: result.append(character)
            }
        }
        return result
    }
}
