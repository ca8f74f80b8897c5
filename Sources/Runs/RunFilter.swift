/// A condition on runs, such as `accuracy > 0.9 and params.lr < 1e-3`.
///
/// Names are those of metrics; `params.` and `metrics.` in front say which is meant; `status`, `name`, `branch`,
/// `commit`, `user` and `parent` are those of the record, also where a metric is called so. Texts may stand in quotes.
/// `and` binds closer than `or`; parentheses group; `not` negates. What a run does not have makes a comparison false;
/// so does an order between a number and what is none. `started` is compared with moments, of which a date or a time
/// without seconds is the beginning, and `duration` with seconds.
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
        case .comparison("started", let relation, let operand) where ![.unequal, .matches].contains(relation):
            Timestamp(beginning: operand).map { relation.holds(run.started, $0) } ?? false
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
        let other = ParameterValue(word: operand)
        if relation == .matches { return description.contains(operand) }
        if let number, let otherNumber = other.number ?? Self.numberWithoutDigits(operand) {
            let isSame = number.isNaN && otherNumber.isNaN && [.equal, .same].contains(relation)
            return isSame || relation.holds(number, otherNumber)
        }
        if relation == .equal || relation == .same {
            // A text may look like a number, and a truth value may be written in two ways.
            return description == operand || description == other.description
        }
        guard number == nil, other.number == nil else { return relation == .unequal }
        return relation.holds(description, operand)
    }

    /// Returns the number that JSON has no digits for, by its name there, or as tables have it.
    private static func numberWithoutDigits(_ name: String) -> Double? {
        switch name.lowercased() {
        case "nan": .nan
        case "infinity", "inf", "+infinity", "+inf": .infinity
        case "-infinity", "-inf": -.infinity
        default: nil
        }
    }
}

extension RunFilter.Operator {
    /// Whether it is between two values; looking for a part of a text is not.
    fileprivate func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
        switch self {
        case .equal, .same: left == right
        case .unequal: left != right
        case .atMost: left <= right
        case .atLeast: left >= right
        case .less: left < right
        case .more: left > right
        case .matches: false
        }
    }
}
