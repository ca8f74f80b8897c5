/// Writes Prometheus' text format (0.0.4).
struct PrometheusWriter {
    /// What a metric is.
    enum Kind: String { case counter, gauge, histogram }

    private(set) var text = ""
    private var current = ""

    /// Says what a metric is, once; its samples follow at once.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        guard name != current else { return }
        current = name
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Int) {
        write(name, labels, "\(value)")
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Double) {
        write(name, labels, value.isNaN ? "NaN" : value.isFinite ? "\(value)" : value > 0 ? "+Inf" : "-Inf")
    }

    private mutating func write(_ name: String, _ labels: [(String, String)], _ value: String) {
        let list = labels.map { "\($0)=\"\(PrometheusWriter.escaped($1))\"" }.joined(separator: ",")
        text += list.isEmpty ? "\(name) \(value)\n" : "\(name){\(list)} \(value)\n"
    }

    /// Returns a label's value as it stands between quotes.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
