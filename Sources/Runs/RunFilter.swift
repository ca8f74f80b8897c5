/// A condition on runs, such as `accuracy > 0.9 and params.lr < 1e-3`.
///
/// Names are those of metrics; `params.` and `metrics.` in front say which is meant; `status`, `name`, `branch`,
/// `commit`, `user` and `parent` are those of the record, also where a metric is called so. Texts may stand in quotes.
/// `and` binds closer than `or`; parentheses group; `not` negates. What a run does not have makes a comparison false.
package struct RunFilter: Sendable {
    indirect enum Condition: Sendable {
        case comparison(String, Operator, String)
        case and(Condition, Condition)
        case or(Condition, Condition)
        case not(Condition)
    }

    enum Operator: String, Sendable, CaseIterable {
        case equal = "=="
        case unequal = "!="
        case atMost = "<="
        case atLeast = ">="
        case less = "<"
        case more = ">"
        case same = "="
        case matches = "~"
    }

    private let condition: Condition

    /// Reads a condition; throws what is wrong with it.
    package init(_ text: String) throws(RunFilterError) {
        var parser = RunFilterParser(text)
        condition = try parser.condition()
    }

    /// Whether a run meets the condition.
    package func accepts(_ run: RunRecord) -> Bool { condition.holds(for: run) }

    /// The names that the condition compares, in its order.
    package var names: [String] { condition.names }
}

extension RunFilter.Condition {
    fileprivate var names: [String] {
        switch self {
        case .comparison(let name, _, _): [name]
        case .and(let left, let right), .or(let left, let right): left.names + right.names
        case .not(let condition): condition.names
        }
    }

    fileprivate func holds(for run: RunRecord) -> Bool {
        switch self {
        case .and(let left, let right): left.holds(for: run) && right.holds(for: run)
        case .or(let left, let right): left.holds(for: run) || right.holds(for: run)
        case .not(let condition): !condition.holds(for: run)
        // Commits and runs may be named by their first digits.
        case .comparison("parent", .equal, let digits), .comparison("parent", .same, let digits):
            run.parent?.text.begins(with: digits) ?? false
        case .comparison("commit", .equal, let digits), .comparison("commit", .same, let digits):
            run.code.commit?.begins(with: digits) ?? false
        case .comparison(let name, .unequal, let operand):
            run.value(named: name) != nil && !RunFilter.Condition.comparison(name, .equal, operand).holds(for: run)
        case .comparison(let name, let relation, let operand): run.value(named: name)?.meets(relation, operand) ?? false
        }
    }
}

extension String {
    /// Whether these are its first digits; no digits are nobody's.
    fileprivate func begins(with digits: String) -> Bool { !digits.isEmpty && hasPrefix(digits) }
}

extension ParameterValue {
    fileprivate func meets(_ relation: RunFilter.Operator, _ operand: String) -> Bool {
        if let number, let other = ParameterValue(word: operand).number {
            switch relation {
            case .equal, .same: return number == other
            case .unequal: return number != other
            case .atMost: return number <= other
            case .atLeast: return number >= other
            case .less: return number < other
            case .more: return number > other
            case .matches: return description.contains(operand)
            }
        }
        switch relation {
        case .equal, .same:
            // A text may look like a number, and a truth value may be written in two ways.
            return description == operand || description == ParameterValue(word: operand).description
        case .unequal: return description != operand
        case .atMost: return description <= operand
        case .atLeast: return description >= operand
        case .less: return description < operand
        case .more: return description > operand
        case .matches: return description.contains(operand)
        }
    }
}
