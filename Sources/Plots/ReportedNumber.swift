/// A number of a report; one that JSON has no digits for is a text, as MLflow writes it, and NaN is equal to itself.
struct ReportedNumber: Encodable, Hashable {
    private let value: Double

    init(_ value: Double) { self.value = value }

    static func == (one: ReportedNumber, other: ReportedNumber) -> Bool {
        one.value == other.value || one.value.isNaN && other.value.isNaN
    }

    func hash(into hasher: inout Hasher) { hasher.combine(value.isNaN ? .nan : value) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if value.isFinite {
            try container.encode(value)
        } else {
            try container.encode(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
        }
    }
}
