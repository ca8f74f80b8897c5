/// Reads conditions by recursive descent.
struct RunFilterParser {
    /// The deepest nesting, so that no text exhausts the stack.
    private static let depthLimit = 64

    private var words: [String] = []
    private var position = 0
    private var depth = 0

    init(_ text: String) { words = RunFilterParser.words(of: text) }

    mutating func condition() throws(RunFilterError) -> RunFilter.Condition {
        let condition = try disjunction()
        guard position == words.count else { throw RunFilterError(problem: "\"\(words[position])\" is too much") }
        return condition
    }

    private mutating func disjunction() throws(RunFilterError) -> RunFilter.Condition {
        var left = try conjunction()
        while take("or") { left = .or(left, try conjunction()) }
        return left
    }

    private mutating func conjunction() throws(RunFilterError) -> RunFilter.Condition {
        var left = try term()
        while take("and") { left = .and(left, try term()) }
        return left
    }

    private mutating func term() throws(RunFilterError) -> RunFilter.Condition {
        depth += 1
        defer { depth -= 1 }
        guard depth < RunFilterParser.depthLimit else { throw RunFilterError(problem: "it is nested too deeply") }
        if take("not") { return .not(try term()) }
        if take("(") {
            let inner = try disjunction()
            guard take(")") else { throw RunFilterError(problem: "a \")\" is missing") }
            return inner
        }
        let name = try next("a name")
        let word = try next("a comparison such as \">\"")
        guard let relation = RunFilter.Operator(rawValue: word) else {
            throw RunFilterError(problem: "\"\(word)\" is no comparison")
        }
        let operand = unquoted(try next("a value"))
        if relation != .matches { try requireMeaning(of: operand, for: unquoted(name)) }
        return .comparison(unquoted(name), relation, operand)
    }

    /// Throws for a value that no run's property of that name can be compared with.
    private func requireMeaning(of operand: String, for name: String) throws(RunFilterError) {
        if name == "started", Timestamp(beginning: operand) == nil {
            throw RunFilterError(problem: "\"\(operand)\" is no time such as 2026-01-31 or 2026-01-31T18:30:00Z")
        }
        if name == "duration", ParameterValue(word: operand).number == nil {
            throw RunFilterError(problem: "\"\(operand)\" is no number of seconds")
        }
    }

    private mutating func take(_ word: String) -> Bool {
        guard position < words.count, words[position] == word else { return false }
        position += 1
        return true
    }

    private mutating func next(_ what: String) throws(RunFilterError) -> String {
        guard position < words.count else { throw RunFilterError(problem: "\(what) is missing at the end") }
        position += 1
        return words[position - 1]
    }

    private func unquoted(_ word: String) -> String {
        guard let first = word.first, first == "\"" || first == "'", word.count > 1, word.last == first else {
            return word
        }
        return String(word.dropFirst().dropLast())
    }

    private static func words(of text: String) -> [String] {
        var words: [String] = []
        var rest = Substring(text)
        while let first = rest.first {
            if first.isWhitespace {
                rest.removeFirst()
            } else if first == "\"" || first == "'" {
                let end = rest.dropFirst().firstIndex(of: first).map { rest.index(after: $0) } ?? rest.endIndex
                words.append(String(rest[..<end]))
                rest = rest[end...]
            } else if first == "(" || first == ")" {
                words.append(String(rest.removeFirst()))
            } else if let relation = RunFilter.Operator.allCases.first(where: { rest.hasPrefix($0.rawValue) }) {
                words.append(relation.rawValue)
                rest = rest.dropFirst(relation.rawValue.count)
            } else {
                let word = rest.prefix { !$0.isWhitespace && !"()<>=!~\"'".contains($0) }
                guard !word.isEmpty else {
                    words.append(String(rest.removeFirst()))
                    continue
                }
                words.append(String(word))
                rest = rest[word.endIndex...]
            }
        }
        return words
    }
}
