/// Metrics in the text format of Prometheus (0.0.4), each family once, with its help and type in front.
package struct MetricsText {
    /// The value of the field `Content-Type`.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private var families: [Family] = []
    private var samples: [String: [String]] = [:]

    /// Creates a text without metrics.
    package init() {}

    /// Adds a sample.
    package mutating func add(_ family: Family, _ labels: [(String, String)], _ value: Double) {
        if samples[family.name] == nil {
            families.append(family)
            samples[family.name] = []
        }
        let text = labels.map { "\($0)=\"\(MetricsText.escaped($1))\"" }.joined(separator: ",")
        let name = text.isEmpty ? family.name : "\(family.name){\(text)}"
        samples[family.name]?.append("\(name) \(MetricsText.number(value))")
    }

    /// The whole text.
    package var text: String {
        var lines: [String] = []
        for family in families {
            lines += ["# HELP \(family.name) \(family.help)", "# TYPE \(family.name) \(family.type)"]
            lines += samples[family.name] ?? []
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// A family of metrics.
    package struct Family: Sendable {
        /// The name, with its unit.
        let name: String
        /// `counter` or `gauge`.
        let type: String
        /// What it is, in a clause.
        let help: String

        /// Creates a family.
        package init(_ name: String, _ type: String, _ help: String) {
            self.name = name
            self.type = type
            self.help = help
        }
    }

    /// The escapes of a label's value: backslash, quote and newline.
    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\"") || $0 < 0x20 }) else {
            return text
        }
        return text.reduce(into: "") { result, character in
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n", "\r\n": result += "\\n"
            default: result.append(character)
            }
        }
    }

    /// A number without needless digits.
    static func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return String(whole) }
        return "\(value)"
    }
}
