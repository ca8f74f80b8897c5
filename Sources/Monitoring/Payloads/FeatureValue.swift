package import ModelCore

/// A value of a feature or prediction, as tables and payloads have it.
package enum FeatureValue: Sendable, Hashable {
    /// Nothing, or what stands for it: `null`, NaN, an empty cell.
    case missing
    /// A number; infinities are the largest numbers there are.
    case number(Double)
    /// Anything else, as text.
    case text(String)

    /// The most bytes of a text that are told apart.
    package static let textLimit = 200
    private static let missingWords: Set<String> = ["", "na", "n/a", "nan", "null", "none", "-nan"]

    /// Creates a number, which NaN is not.
    package init(_ number: Double) {
        if number.isNaN {
            self = .missing
        } else {
            let limit = Double.greatestFiniteMagnitude
            // Zero has two signs and is one value.
            self = .number(number == 0 ? 0 : min(max(number, -limit), limit))
        }
    }

    /// Reads a cell of a table: a number where it is one.
    package init(cell: String) {
        let word = cell.utf8.first == 0x20 || cell.utf8.last == 0x20 ? FeatureValue.trimmed(cell) : cell
        if let number = Double(word), !word.hasPrefix("0x") {
            self.init(number)
        } else if word.utf8.count <= 4, FeatureValue.missingWords.contains(word.lowercased()) {
            self = .missing
        } else {
            self = .text(FeatureValue.bounded(word))
        }
    }

    /// Takes a value of a document; one that is a list or an object is its own text.
    package init(_ value: JSONValue) {
        switch value {
        case .null: self = .missing
        case .bool(let truth): self = .text(truth ? "true" : "false")
        case .number(let digits): self.init(Double(digits) ?? .nan)
        case .string(let text): self.init(cell: text)
        case .array, .object: self = .text(FeatureValue.bounded(String(decoding: value.line.dropLast(), as: UTF8.self)))
        }
    }

    /// The value as the name of a category; `nil` where it is missing.
    package var category: String? {
        switch self {
        case .missing: nil
        case .number(let number): FeatureValue.text(of: number)
        case .text(let text): text
        }
    }

    /// Returns the shortest text of a number: 1 for 1.0, so that tables and documents agree.
    package static func text(of number: Double) -> String {
        Int64(exactly: number).map { $0.magnitude < 1 << 53 ? "\($0)" : "\(number)" } ?? "\(number)"
    }

    private static func trimmed(_ text: String) -> String {
        let rest = text.drop { $0 == " " }
        return String(rest.reversed().drop { $0 == " " }.reversed())
    }

    private static func bounded(_ text: String) -> String {
        guard text.utf8.count > textLimit else { return text }
        return String(decoding: text.utf8.prefix(textLimit), as: UTF8.self)
    }
}
