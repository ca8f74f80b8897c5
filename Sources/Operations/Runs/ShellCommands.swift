/// What a shell runs, as far as that can be told without running it: separators, quotes and comments are known,
/// expansions are not.
enum ShellCommands {
    /// Where a shell's commands come from.
    enum Source: Equatable {
        /// From a word behind `-c`.
        case text(String)
        /// From a file, whose path counts from where the shell runs.
        case file(String)
    }

    private static let keywords: Set<String> = [
        "if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "exec", "command", "builtin",
    ]

    /// Returns what the command of a shell runs, its program first; `nil` for one that reads its input.
    static func source(of command: [String]) -> Source? {
        var words = command.dropFirst()
        var isText = false
        while let word = words.popFirst() {
            guard let sign = word.first, sign == "-" || sign == "+", word.count > 1 else {
                return isText ? .text(word) : .file(word)
            }
            if word == "--" { return words.first.map { isText ? .text($0) : .file($0) } }
            // bash has long options, too, of which some take a file.
            guard !word.hasPrefix("--") else {
                if word == "--rcfile" || word == "--init-file" { words = words.dropFirst() }
                continue
            }
            if sign == "-", word.contains("c") { isText = true }
            if word.hasSuffix("o") || word.hasSuffix("O") { words = words.dropFirst() }
        }
        return nil
    }

    /// Returns the words of each command of a script, the program first, without the shell's own words in front of it;
    /// variables that are set there become those of `env`.
    static func commands(in script: String) -> [[String]] {
        var reader = Reader()
        for character in script { reader.take(character) }
        reader.endCommand()
        return reader.commands.compactMap { words in
            let rest = words.drop { keywords.contains($0) }
            guard let first = rest.first else { return nil }
            return isSetting(first) ? ["env"] + rest : Array(rest)
        }
    }

    private static func isSetting(_ word: String) -> Bool {
        guard let equals = word.firstIndex(of: "="), let first = word.first, !first.isNumber else { return false }
        let name = word[..<equals]
        return !name.isEmpty && name.allSatisfy { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
    }

    /// Takes a script apart, a character after the other.
    private struct Reader {
        private(set) var commands: [[String]] = []
        private var words: [String] = []
        private var word: String?
        private var quote: Character?
        private var isComment = false
        private var isEscaped = false

        mutating func take(_ character: Character) {
            if isEscaped {
                isEscaped = false
                if !character.isNewline { add(character) }
            } else if isComment {
                guard character.isNewline else { return }
                isComment = false
                endCommand()
            } else if let open = quote {
                if character == open { quote = nil } else { add(character) }
            } else {
                takeBare(character)
            }
        }

        private mutating func takeBare(_ character: Character) {
            switch character {
            case "\\": isEscaped = true
            case "'", "\"":
                quote = character
                word = word ?? ""
            case "#" where word == nil: isComment = true
            case " ", "\t": endWord()
            case ";", "&", "|", "(", ")", "`": endCommand()
            case _ where character.isNewline: endCommand()
            default: add(character)
            }
        }

        private mutating func add(_ character: Character) { word = (word ?? "") + String(character) }

        private mutating func endWord() {
            if let word { words.append(word) }
            word = nil
        }

        mutating func endCommand() {
            endWord()
            if !words.isEmpty { commands.append(words) }
            words = []
        }
    }
}
