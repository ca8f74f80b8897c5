/// What became of a hyperparameter between two states.
package struct ParameterChange: Sendable, Hashable {
    /// The parameter's name.
    package let name: String
    /// The value before; `nil` where there was none, which is another thing than a value of none.
    package let old: ParameterValue?
    /// The value after; `nil` where there is none.
    package let new: ParameterValue?

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
}

extension ParameterValue {
    /// Whether another value means the same.
    fileprivate func isAlike(_ other: ParameterValue) -> Bool {
        if let number, let other = other.number { return number == other || number.isNaN && other.isNaN }
        guard case .list(let own) = self, case .list(let others) = other else { return self == other }
        return own.count == others.count && zip(own, others).allSatisfy { $0.isAlike($1) }
    }
}
