import ModelCore

extension MetricLog {
    /// All points as lines of JSON, which `MetricLines` reads: a metric after the other by name, each in the order of
    /// its points.
    package var lines: [UInt8] {
        var text: [UInt8] = []
        for (name, points) in series.sorted(by: { $0.key < $1.key }) {
            let start: [UInt8] = Array("{\"name\":".utf8) + JSONValue.string(name).line.dropLast()
            for point in points {
                text += start
                text += ",\"step\":\(point.step)".utf8
                if let time = point.time { text += ",\"time\":\"\(time.text)\"".utf8 }
                text += ",\"value\":\(MetricLog.number(point.value))}\n".utf8
            }
        }
        return text
    }

    private static func number(_ value: Double) -> String {
        // What JSON has no digits for is a text.
        JSONValue(real: value).string.map { "\"\($0)\"" } ?? "\(value)"
    }
}
