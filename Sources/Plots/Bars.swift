/// Named values, as of features' importance.
package struct Bars: Sendable, Hashable {
    /// In which order bars are drawn.
    package enum Order: String, Sendable, Encodable {
        case recorded
        /// The longest bar first.
        case descending
    }

    /// A value with its name; equal to one that was recorded alike, NaN included.
    package struct Bar: Sendable, Hashable {
        /// What the value is of.
        package let name: String
        /// The value; it may be NaN or infinite.
        package let value: Double

        /// Creates a bar.
        package init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value
        }
    }

    /// The bars, as they were recorded.
    package let bars: [Bar]
    /// What the values are; may be empty.
    package let valueLabel: String
    /// In which order they are drawn.
    package let order: Order

    /// Creates bars.
    package init(_ bars: [Bar], valueLabel: String = "", order: Order = .recorded) {
        self.bars = bars
        self.valueLabel = valueLabel
        self.order = order
    }
}

extension Bars.Bar {
    /// Compares names and values.
    package static func == (one: Bars.Bar, other: Bars.Bar) -> Bool {
        one.name == other.name && ReportedNumber(one.value) == ReportedNumber(other.value)
    }

    /// Hashes the name and the value.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(ReportedNumber(value))
    }
}

extension Bars: Encodable {}

extension Bars.Bar: Encodable {
    private enum Field: String, CodingKey {
        case name, value
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Field.self)
        try fields.encode(name, forKey: .name)
        try fields.encode(ReportedNumber(value), forKey: .value)
    }
}
