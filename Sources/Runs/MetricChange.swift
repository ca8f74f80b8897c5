/// What became of a metric between two states.
package struct MetricChange: Sendable, Hashable {
    /// Whether a change is for the better.
    package enum Verdict: String, Sendable, Codable {
        case better, worse
    }

    /// The metric's name.
    package let name: String
    /// The value before; `nil` where there was none.
    package let old: Double?
    /// The value after; `nil` where there is none.
    package let new: Double?
    /// Which value is the better one, where that is known.
    package let direction: MetricDirection?

    /// Compares two values.
    package init(_ name: String, from old: Double?, to new: Double?, better direction: MetricDirection? = nil) {
        self.name = name
        self.old = old
        self.new = new
        self.direction = direction
    }

    /// Compares all metrics of two states, sorted by name.
    package static func all(
        from old: [String: Double],
        to new: [String: Double],
        better direction: (String) -> MetricDirection?
    ) -> [MetricChange] {
        Set(old.keys).union(new.keys).sorted().map { name in
            MetricChange(name, from: old[name], to: new[name], better: direction(name))
        }
    }

    /// Whether the values differ; no number is like no number.
    package var isDifferent: Bool {
        guard let old, let new else { return old != nil || new != nil }
        return !(old == new || old.isNaN && new.isNaN)
    }

    /// How much more it is; `nil` where either value is missing or no number, or both are infinite in the same way.
    package var difference: Double? {
        guard let old, let new else { return nil }
        let difference = new - old
        return difference.isNaN ? nil : difference
    }

    /// The difference as a share of the magnitude before; `nil` where that is none, or zero, or infinite.
    package var relativeDifference: Double? {
        guard let old, let difference, old != 0, old.isFinite else { return nil }
        return difference / old.magnitude
    }

    /// Whether it is better or worse than before; `nil` where nobody knows, and for values that are alike.
    package var verdict: Verdict? {
        guard let direction, let old, let new, isDifferent else { return nil }
        // A training that diverged is not better, whatever is measured.
        if new.isNaN { return .worse }
        if old.isNaN { return .better }
        return (new < old) == (direction == .lower) ? .better : .worse
    }
}
