import FoundationEssentials

/// Any JSON, kept so that fields this version does not know survive a rewrite.
enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }
}

extension JSONValue {
    /// The value as machine-written files spell it: two-space indent, sorted keys.
    func text(indent: Int) -> String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): JSONValue.quoted(value)
        case .array(let items): JSONValue.block("[", items.map { $0.text(indent: indent + 2) }, "]", indent)
        case .object(let fields):
            JSONValue.block(
                "{",
                fields.sorted { $0.key < $1.key }.map { "\(JSONValue.quoted($0.key)): \($0.value.text(indent: indent + 2))" },
                "}",
                indent
            )
        }
    }

    private static func block(_ open: String, _ items: [String], _ close: String, _ indent: Int) -> String {
        guard !items.isEmpty else { return open + close }
        let margin = "\n" + String(repeating: " ", count: indent)
        return open + items.map { margin + "  " + $0 }.joined(separator: ",") + margin + close
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
