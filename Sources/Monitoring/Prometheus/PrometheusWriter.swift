/// Writes Prometheus' text format (0.0.4): each metric once, with its help and type in front of all its samples, in
/// whatever order these come.
package struct PrometheusWriter: Sendable {
    /// A metric.
    package struct Family: Sendable {
        /// What a metric is.
        package enum Kind: String, Sendable {
            /// It only grows, until whoever counts starts again.
            case counter
            /// It is as it is at the moment.
            case gauge
            /// How many values are below bounds.
            case histogram
        }

        /// The name, with its unit.
        let name: String
        let kind: Kind
        let help: String

        /// Creates a metric; `help` says what it is, in a clause of one line.
        package init(_ name: String, _ kind: Kind, _ help: String) {
            self.name = name
            self.kind = kind
            self.help = help
        }
    }

    /// The value of the field `Content-Type`.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private var families: [Family] = []
    private var samples: [String: String] = [:]

    /// Creates a text without metrics.
    package init() {}

    /// The whole text.
    package var text: String {
        families.map { family in
            "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind.rawValue)\n"
                + (samples[family.name] ?? "")
        }.joined()
    }

    /// Adds a sample; `suffix` tells those of a histogram apart.
    package mutating func add(_ family: Family, _ labels: [(String, String)], _ value: Int, suffix: String = "") {
        add(family, labels, "\(value)", suffix)
    }

    /// Adds a sample; `suffix` tells those of a histogram apart.
    package mutating func add(_ family: Family, _ labels: [(String, String)], _ value: Double, suffix: String = "") {
        add(family, labels, PrometheusWriter.text(of: value), suffix)
    }

    private mutating func add(_ family: Family, _ labels: [(String, String)], _ value: String, _ suffix: String) {
        if samples[family.name] == nil { families.append(family) }
        let list = labels.map { "\($0)=\"\(PrometheusWriter.escaped($1))\"" }.joined(separator: ",")
        let name = family.name + suffix
        samples[family.name, default: ""] += list.isEmpty ? "\(name) \(value)\n" : "\(name){\(list)} \(value)\n"
    }

    /// A number without needless digits.
    private static func text(of value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    /// Returns a label's value as it stands between quotes.
    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\"") || $0 == 0x0A }) else {
            return text
        }
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
