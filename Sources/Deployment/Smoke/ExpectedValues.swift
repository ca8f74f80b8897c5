import ModelCore
import Runs

/// Outputs of a model as values, whatever their form.
struct ExpectedValues {
    /// What the bytes are.
    enum Form: String {
        /// One document.
        case json = "JSON"
        /// A document a line, which may be a number.
        case lines = "lines of JSON"
        /// Rows of cells.
        case table = "CSV"
    }

    let form: Form
    /// The document; an array of lines; an array of rows, arrays of numbers and texts.
    let value: JSONValue

    /// Reads bytes as what they look like.
    init(reading bytes: [UInt8]) {
        self =
            ExpectedValues(reading: bytes, as: .json) ?? ExpectedValues(reading: bytes, as: .lines)
            ?? ExpectedValues(form: .table, value: ExpectedValues.table(bytes))
    }

    /// Reads bytes in a form; `nil` where they are not in it.
    init?(reading bytes: [UInt8], as form: Form) {
        let value: JSONValue? =
            switch form {
            case .json: try? JSONValue(parsing: bytes, allowsNonFinite: true)
            case .lines: ExpectedValues.lines(bytes)
            case .table: ExpectedValues.table(bytes)
            }
        guard let value else { return nil }
        self.init(form: form, value: value)
    }

    private init(form: Form, value: JSONValue) {
        self.form = form
        self.value = value
    }

    private static func lines(_ bytes: [UInt8]) -> JSONValue? {
        var values: [JSONValue] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.contains(where: { $0 > 0x20 }) {
            guard let value = try? JSONValue(parsing: Array(line), allowsNonFinite: true) else { return nil }
            values.append(value)
        }
        return values.isEmpty ? nil : .array(values)
    }

    private static func table(_ bytes: [UInt8]) -> JSONValue {
        var rows = DelimitedRows(bytes, separator: UInt8(ascii: ","))
        var values: [JSONValue] = []
        while let row = rows.next() { values.append(.array(row.map(cell))) }
        return .array(values)
    }

    private static func cell(_ text: String) -> JSONValue {
        let word = String(text.drop { $0 == " " })
        return Double(word) == nil ? .string(text) : .number(word)
    }
}

/// One step on the way to a value that is compared.
enum ValueStep {
    /// Where the way begins, when that is not the top.
    case root(String)
    case member(String)
    case element(Int)
}

extension ExpectedValues.Form {
    /// Returns a place as a message names it.
    func text(of steps: [ValueStep]) -> String {
        switch (self, steps.first) {
        case (.lines, .element(let line)): return "line \(line + 1)" + text(of: steps.dropFirst(), from: "")
        case (.table, .element(let row)):
            guard steps.count == 2, case .element(let column) = steps[1] else { return "row \(row + 1)" }
            return "row \(row + 1), column \(column + 1)"
        default: return text(of: steps[...], from: "$")
        }
    }

    private func text(of steps: ArraySlice<ValueStep>, from start: String) -> String {
        steps.reduce(start) { text, step in
            switch step {
            case .root(let root): Excerpt.line(root)
            case .element(let position): "\(text)[\(position)]"
            case .member(let name): name.allSatisfy(isPlain) ? "\(text).\(name)" : "\(text)['\(Excerpt.line(name))']"
            }
        }
    }

    private func isPlain(_ letter: Character) -> Bool {
        letter == "_" || letter.isASCII && (letter.isLetter || letter.isNumber)
    }
}
