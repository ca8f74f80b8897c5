/// Hyperparameters among the words of a command: `--lr 0.1`, `--lr=0.1`, `--betas 0.9 0.999`, `--fp16`, and Hydra's
/// `model.depth=4`.
package enum CommandFlags {
    private static let shells: Set<Substring> = ["sh", "bash", "dash", "zsh", "ksh", "fish"]

    /// Returns what the words set, with the types that the values look like; the program itself is not looked at, nor
    /// are the variables that `env` sets in front of it.
    package static func parameters(in command: [String]) -> [String: ParameterValue] {
        var parameters: [String: ParameterValue] = [:]
        var words = EnvironmentPrefix(of: command).command[...]
        var takesCode = words.popFirst().map(isInterpreter) ?? false
        while let word = words.popFirst() {
            if word == "--" { break }
            if takesCode, word.hasPrefix("-"), !word.hasPrefix("--"), word.hasSuffix("c") {
                words = words.dropFirst()
                takesCode = false
                continue
            }
            if !word.hasPrefix("-") { takesCode = false }
            let isLong = word.hasPrefix("--")
            let body = isLong ? word.dropFirst(2) : word[...]
            if let equals = body.firstIndex(of: "="), isName(body[..<equals]) {
                parameters[name(body[..<equals])] = ParameterValue(word: String(body[body.index(after: equals)...]))
            } else if isLong, isName(body) {
                if let next = words.first, !isFlag(next) {
                    parameters[name(body)] = values(&words)
                } else {
                    parameters[name(body)] = .truth(true)
                }
            }
        }
        return parameters
    }

    /// Whether a program runs the code of a word behind `-c`.
    private static func isInterpreter(_ program: String) -> Bool {
        let name = program.split(separator: "/").last ?? ""
        return shells.contains(name) || name.hasPrefix("python") || name.hasPrefix("pypy")
    }

    /// Takes the value at the beginning, with the numbers behind it where it is one itself.
    private static func values(_ words: inout ArraySlice<String>) -> ParameterValue {
        let first = words.popFirst().map { ParameterValue(word: $0) } ?? ParameterValue.none
        guard first.number != nil else { return first }
        var values = [first]
        while let word = words.first, ParameterValue(word: word).number != nil {
            values.append(ParameterValue(word: word))
            words.removeFirst()
        }
        return values.count == 1 ? first : .list(values)
    }

    /// A negative number is a value.
    private static func isFlag(_ word: String) -> Bool { word.hasPrefix("-") && Double(word) == nil && word != "-" }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.first, first.isLetter || first == "+" || first == "_" else { return false }
        return text.dropFirst().allSatisfy { $0.isLetter || $0.isNumber || "._-/".contains($0) }
    }

    private static func name(_ text: Substring) -> String { String(text.first == "+" ? text.dropFirst() : text) }
}
