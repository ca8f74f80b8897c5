/// The `env` in front of a command, which sets variables and runs the rest: `env CUDA_VISIBLE_DEVICES=0 python
/// train.py`.
///
/// With an option that is not known here, the whole is the command of another program.
package struct EnvironmentPrefix: Sendable {
    /// The command behind it, its program first; the whole command where there is no such prefix.
    package private(set) var command: [String]
    private var isEmptied = false
    private var removed: Set<String> = []
    private var settings: [String: String] = [:]

    /// Reads the words of a command.
    package init(of command: [String]) {
        self.command = command
        while readOne() {}
    }

    /// Returns the variables that the command behind it gets of these.
    package func environment(of outer: [String: String]) -> [String: String] {
        let kept = isEmptied ? [:] : outer.filter { !removed.contains($0.key) }
        return kept.merging(settings) { $1 }
    }

    /// Takes one `env` off; whether there was one.
    private mutating func readOne() -> Bool {
        var rest = self
        var words = command[...]
        guard words.popFirst()?.split(separator: "/").last == "env" else { return false }
        while let word = words.first, word.hasPrefix("-") {
            words.removeFirst()
            if word == "--" { break }
            guard rest.takeOption(word, &words) else { return false }
        }
        while let word = words.first, let equals = word.firstIndex(of: "=") {
            rest.settings[String(word[..<equals])] = String(word[word.index(after: equals)...])
            words.removeFirst()
        }
        // Without a command it prints variables.
        guard !words.isEmpty else { return false }
        rest.command = Array(words)
        self = rest
        return true
    }

    private mutating func takeOption(_ option: String, _ words: inout ArraySlice<String>) -> Bool {
        switch option {
        case "-", "-i", "--ignore-environment":
            isEmptied = true
            settings = [:]
        case "-v", "--debug": break
        case "-u", "--unset":
            guard let name = words.popFirst() else { return false }
            remove(name)
        case _ where option.hasPrefix("--unset="): remove(String(option.dropFirst("--unset=".count)))
        default: return false
        }
        return true
    }

    private mutating func remove(_ name: String) {
        removed.insert(name)
        settings[name] = nil
    }
}
