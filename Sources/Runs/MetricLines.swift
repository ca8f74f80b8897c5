import ModelCore

/// JSON lines of metrics, which any program can append to: `{"step": 3, "loss": 0.5, "eval": {"accuracy": 0.9}}`.
///
/// Every number in a line is a metric, named by its keys with dots between, but for `step` and the time. A line may
/// also be about one metric, as `{"name": "loss", "value": 0.5, "step": 3}`.
package enum MetricLines {
    /// The keys of a line's step.
    private static let stepKeys = ["step", "_step", "global_step"]
    /// The keys of a line's time, in seconds or milliseconds since 1970, or as RFC 3339 has it.
    private static let timeKeys = ["time", "timestamp", "_timestamp"]
    /// From here on a number of the time is one of milliseconds: as seconds it would be in the year 5138.
    private static let firstMilliseconds = 1e11

    /// Reads lines; one that cannot be read is counted, and a half-written one is such.
    package static func log(of bytes: [UInt8]) -> MetricLog {
        var log = MetricLog()
        for line in bytes.split(separator: UInt8(ascii: "\n")) where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) {
            guard let fields = try? JSONValue(parsing: Array(line), allowsNonFinite: true).object else {
                log.unreadableCount += 1
                continue
            }
            add(fields, to: &log)
        }
        return log
    }

    private static func add(_ fields: [String: JSONValue], to log: inout MetricLog) {
        var fields = fields
        func take(_ keys: [String]) -> JSONValue? {
            for key in keys {
                if let value = fields.removeValue(forKey: key) { return value }
            }
            return nil
        }
        let step = take(stepKeys).flatMap(step)
        let time = take(timeKeys).flatMap(time)
        if let name = (fields["name"] ?? fields["key"])?.string, let value = fields["value"]?.metric {
            return log.add(name, value, step: step, time: time)
        }
        for (name, value) in Flattened.leaves(of: .object(fields)) {
            if let number = value.metric { log.add(name, number, step: step, time: time) }
        }
    }

    private static func step(_ value: JSONValue) -> Int64? {
        value.integer ?? value.double.flatMap { Int64(exactly: $0) }
    }

    private static func time(_ value: JSONValue) -> Timestamp? {
        if let text = value.string { return Timestamp(text) }
        guard let number = value.double, number.isFinite, abs(number) < 1e15 else { return nil }
        return Timestamp(milliseconds: Int64(number >= firstMilliseconds ? number : number * 1000))
    }
}
