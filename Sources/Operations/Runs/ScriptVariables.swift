import SystemIO
import SystemPackage

/// The variables that a shell's script uses, as far as its environment and what it sets itself tell them.
struct ScriptVariables {
    private static let setters: Set<String> = ["env", "export", "readonly", "declare", "typeset", "local"]

    private var values: [String: String]
    /// Those that the script may have set to one thing or another.
    private var unknown: Set<String> = []

    /// Creates those of a script that gets an environment and runs in a directory.
    init(_ environment: [String: String], directory: FilePath) {
        values = environment
        values["PWD"] = directory.string
    }

    /// Sets a variable, whatever it was.
    mutating func set(_ name: String, to value: String) {
        values[name] = value
        unknown.remove(name)
    }

    /// Takes what a command sets: nothing, unless it does nothing else.
    ///
    /// What is set to something else afterwards may be so in one case and not in another.
    mutating func take(_ words: [String]) {
        guard let first = words.first, ScriptVariables.setters.contains(first) else { return }
        let settings = words.dropFirst().filter { !$0.hasPrefix("-") }
        guard first != "env" || settings.allSatisfy({ $0.contains("=") }) else { return }
        for setting in settings {
            // How programs are found in what a script puts before others is not this one's to tell.
            guard let equals = setting.firstIndex(of: "="), setting[..<equals] != "PATH" else { continue }
            let name = String(setting[..<equals])
            let value = expanded(String(setting[setting.index(after: equals)...]))
            if value.contains("$") || values[name].map({ $0 != value }) == true { unknown.insert(name) }
            values[name] = value
        }
    }

    /// Returns the words of a command with what is known of variables; the others stay as they are written.
    func expanded(_ words: [String]) -> [String] {
        guard let first = words.first else { return words }
        let program = expanded(first)
        // What is in quotes is not known here: a variable may have options behind its program, or a place with spaces.
        let isWhole = !first.hasPrefix("$") || (try? FileStatus.of(FilePath(program), followingLinks: true)) != nil
        let parts = isWhole ? [program] : program.split(separator: " ").map(String.init)
        return (parts.isEmpty ? [program] : parts) + words.dropFirst().map(expanded)
    }

    private func expanded(_ word: String) -> String {
        var result = ""
        var rest = word[...]
        if word.hasPrefix("~/"), let home = values["HOME"] {
            result = home
            rest = rest.dropFirst()
        }
        while let sign = rest.firstIndex(of: "$") {
            result += rest[..<sign]
            rest = rest[sign...]
            let reference = ScriptVariables.reference(at: rest)
            result += reference.flatMap(value(of:)) ?? String(reference?.text ?? rest.prefix(1))
            rest = rest.dropFirst(reference?.text.count ?? 1)
        }
        return result + rest
    }

    private func value(of reference: Reference) -> String? {
        guard !unknown.contains(reference.name) else { return nil }
        let value = values[reference.name]
        guard let other = reference.other, value?.isEmpty != false else { return value }
        return expanded(String(other))
    }

    /// What stands in a script for a variable's value.
    private struct Reference {
        let text: Substring
        let name: String
        /// What stands for the value where there is none, as in `${NAME:-other}`.
        var other: Substring?
    }

    /// Returns what begins with a dollar sign; `nil` where that is no variable, or one with something else to be done.
    private static func reference(at text: Substring) -> Reference? {
        let rest = text.dropFirst()
        let isBraced = rest.first == "{"
        let name = rest.dropFirst(isBraced ? 1 : 0).prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
        guard let first = name.first, !first.isNumber else { return nil }
        guard isBraced else { return Reference(text: text[..<name.endIndex], name: String(name)) }
        guard let end = text[name.endIndex...].firstIndex(of: "}") else { return nil }
        let whole = text[...end]
        var operation = text[name.endIndex..<end]
        if operation.isEmpty { return Reference(text: whole, name: String(name)) }
        if operation.first == ":" { operation = operation.dropFirst() }
        guard operation.first == "-" else { return nil }
        return Reference(text: whole, name: String(name), other: operation.dropFirst())
    }
}
