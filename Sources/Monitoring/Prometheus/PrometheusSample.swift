import ModelCore

/// The value of a time series at a moment.
package struct PrometheusSample: Sendable, Hashable {
    /// The labels, without the metric's name.
    package let labels: [String: String]
    /// The value.
    package let value: Double
    /// The moment, in seconds since 1970 by the server's clock.
    let time: Double

    /// Reads an element of a vector as the HTTP interface has it; `nil` for anything else.
    init?(_ json: JSONValue) {
        guard let pair = json.object?["value"]?.array, pair.count == 2, let time = pair[0].double,
            let value = pair[1].string.flatMap(Double.init)
        else { return nil }
        labels = (json.object?["metric"]?.object ?? [:]).compactMapValues(\.string).filter { $0.key != "__name__" }
        self.value = value
        self.time = time
    }
}
