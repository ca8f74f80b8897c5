/// Hyperparameters among the words of a command: `--lr 0.1`, `--lr=0.1`, `--fp16`, and Hydra's `model.depth=4`.
package enum CommandFlags {
    /// Returns what the words set, with the types that the values look like; the program itself is not looked at, nor
    /// are the variables that `env` sets in front of it.
    package static func parameters(in command: [String]) -> [String: ParameterValue] {
        var parameters: [String: ParameterValue] = [:]
        var words = EnvironmentPrefix(of: command).command.dropFirst()
        while let word = words.popFirst() {
            if word == "--" { break }
            let isLong = word.hasPrefix("--")
            let body = isLong ? word.dropFirst(2) : word[...]
            if let equals = body.firstIndex(of: "="), isName(body[..<equals]) {
                parameters[name(body[..<equals])] = ParameterValue(word: String(body[body.index(after: equals)...]))
            } else if isLong, isName(body) {
                if let next = words.first, !isFlag(next) {
                    parameters[name(body)] = ParameterValue(word: next)
                    words.removeFirst()
                } else {
                    parameters[name(body)] = .truth(true)
                }
            }
        }
        return parameters
    }

    /// A negative number is a value.
    private static func isFlag(_ word: String) -> Bool { word.hasPrefix("-") && Double(word) == nil && word != "-" }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.first, first.isLetter || first == "+" || first == "_" else { return false }
        return text.dropFirst().allSatisfy { $0.isLetter || $0.isNumber || "._-/".contains($0) }
    }

    private static func name(_ text: Substring) -> String { String(text.first == "+" ? text.dropFirst() : text) }
}
