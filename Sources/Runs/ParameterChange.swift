/// What became of a hyperparameter between two states.
package struct ParameterChange: Sendable, Hashable {
    /// The parameter's name.
    package let name: String
    /// The value before; `nil` where there was none, which is another thing than a value of none.
    package let old: ParameterValue?
    /// The value after; `nil` where there is none.
    package let new: ParameterValue?

    /// Creates a change of one parameter.
    package init(name: String, old: ParameterValue?, new: ParameterValue?) {
        self.name = name
        self.old = old
        self.new = new
    }

    /// Compares all parameters of two states, sorted by name.
    package static func all(
        from old: [String: ParameterValue],
        to new: [String: ParameterValue]
    ) -> [ParameterChange] {
        Set(old.keys).union(new.keys).sorted().map { ParameterChange(name: $0, old: old[$0], new: new[$0]) }
    }

    /// Whether the values differ; numbers do by what they are, not by how they are written.
    package var isDifferent: Bool {
        guard let old, let new else { return old != nil || new != nil }
        return !old.isAlike(new)
    }

    /// Both values as people write them; where they differ and would look alike, as `true` and a text of that, texts
    /// have quotes.
    package var texts: (old: String?, new: String?) {
        let (before, after) = (old?.description, new?.description)
        guard isDifferent, before == after else { return (before, after) }
        return (old?.quotedDescription, new?.quotedDescription)
    }
}

extension ParameterValue {
    /// The value with quotes around texts, wherever they are.
    fileprivate var quotedDescription: String {
        switch self {
        case .text(let text): "\"\(text)\""
        case .list(let elements): "[\(elements.map(\.quotedDescription).joined(separator: ", "))]"
        default: description
        }
    }

    /// Whether another value means the same.
    fileprivate func isAlike(_ other: ParameterValue) -> Bool {
        if let number, let other = other.number { return number == other || number.isNaN && other.isNaN }
        guard case .list(let own) = self, case .list(let others) = other else { return self == other }
        return own.count == others.count && zip(own, others).allSatisfy { $0.isAlike($1) }
    }
}
