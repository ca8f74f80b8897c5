import ModelCore

/// The value of a hyperparameter, with the type that its file gave it.
package enum ParameterValue: Sendable, Hashable {
    case none
    case truth(Bool)
    case integer(Int64)
    case real(Double)
    case text(String)
    /// A list without names in it; lists with names are flattened as objects are.
    case list([ParameterValue])

    /// Reads the word of a command line or of a plain YAML scalar: what looks like a number or truth value is one.
    package init(word: String) {
        switch word {
        case "true", "True": self = .truth(true)
        case "false", "False": self = .truth(false)
        case "null", "None", "~", "": self = .none
        default:
            let isNumber = word.utf8.first.map { "+-.0123456789".utf8.contains($0) } == true
            self = isNumber ? ParameterValue(digits: word) : .text(word)
        }
    }

    /// Reads what looks like a number, and keeps the text where a number would be another one: an integer of more than
    /// 64 bits, as seeds are, and digits around an `e`, as in the names of commits, that are too large or too small.
    init(digits: String) {
        if let number = Int64(digits) {
            self = .integer(number)
        } else if let number = Double(digits), ParameterValue.tells(number, digits) {
            self = .real(number)
        } else {
            self = .text(digits)
        }
    }

    /// Whether a number that digits stand for is what whoever wrote them meant.
    private static func tells(_ number: Double, _ digits: String) -> Bool {
        let unsigned = digits.utf8.drop { "+-".utf8.contains($0) }
        let isInteger = unsigned.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        guard !isInteger else { return false }
        if number.isInfinite { return unsigned.first.map { $0 | 0x20 } == UInt8(ascii: "i") }
        return number != 0 || !unsigned.contains { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
    }

    /// The number; `nil` for another kind of value.
    package var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .real(let number): number
        default: nil
        }
    }
}

extension ParameterValue: CustomStringConvertible {
    /// The value as people write it, as it would stand in JSON, but for the quotes around a text.
    package var description: String {
        switch self {
        case .none: "null"
        case .truth(let value): "\(value)"
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): text
        case .list(let elements): "[\(elements.map(\.description).joined(separator: ", "))]"
        }
    }
}

extension ParameterValue: Codable {
    package init(from decoder: any Decoder) throws {
        if var list = try? decoder.unkeyedContainer() {
            var elements: [ParameterValue] = []
            while !list.isAtEnd { elements.append(try list.decode(ParameterValue.self)) }
            self = .list(elements)
            return
        }
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .none
        } else if let value = try? container.decode(Bool.self) {
            self = .truth(value)
        } else if let number = try? container.decode(Int64.self) {
            self = .integer(number)
        } else if let number = try? container.decode(Double.self) {
            self = .real(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        if case .list(let elements) = self {
            var list = encoder.unkeyedContainer()
            for element in elements { try list.encode(element) }
            return
        }
        var container = encoder.singleValueContainer()
        switch self {
        case .none: try container.encodeNil()
        case .truth(let value): try container.encode(value)
        case .integer(let number): try container.encode(number)
        case .real(let number) where number.isFinite: try container.encode(number)
        case .real, .text, .list: try container.encode(description)
        }
    }
}
