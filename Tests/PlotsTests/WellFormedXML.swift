/// Reads XML as far as drawings have it, and refuses what a parser of XML would: a check, not a parser for anything
/// else.
struct WellFormedXML {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    struct Element {
        let name: String
        let attributes: [String: String]
        /// What stands in it, without that of elements in it.
        var text = ""
    }

    private static let entities: [String: Unicode.Scalar] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'",
    ]

    /// The elements, in the order in which they begin.
    private(set) var elements: [Element] = []
    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ text: String) throws {
        scalars = Array(text.unicodeScalars)
        try read()
    }

    /// The values of an attribute, of all elements that have it.
    func values(of attribute: String) -> [String] { elements.compactMap { $0.attributes[attribute] } }

    /// The texts of all elements of a name.
    func texts(of name: String) -> [String] { elements.filter { $0.name == name }.map(\.text) }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func read() throws {
        var open: [Int] = []
        repeat {
            if take("<") {
                if take("/") {
                    let name = try word()
                    try expect(">")
                    guard let last = open.popLast(), elements[last].name == name else {
                        throw Problem(description: "</\(name)> ends nothing")
                    }
                } else if try !readElement() {
                    open.append(elements.count - 1)
                }
            } else {
                guard let last = open.last else { throw Problem(description: "a text is in no element") }
                let text = try content(until: "<")
                elements[last].text += text
            }
        } while !open.isEmpty
        guard position == scalars.count else { throw Problem(description: "something follows the root") }
    }

    /// Reads what begins an element; whether it ends it, too.
    private mutating func readElement() throws -> Bool {
        let name = try word()
        var attributes: [String: String] = [:]
        while take(" ") {
            let attribute = try word()
            try expect("=")
            try expect("\"")
            let value = try content(until: "\"")
            try expect("\"")
            guard attributes.updateValue(value, forKey: attribute) == nil else {
                throw Problem(description: "\(attribute) stands twice")
            }
        }
        let isEmpty = take("/")
        try expect(">")
        elements.append(Element(name: name, attributes: attributes))
        return isEmpty
    }

    private mutating func word() throws -> String {
        var word = ""
        while let scalar = next, scalar.properties.isAlphabetic || "-_:0123456789".unicodeScalars.contains(scalar) {
            word.unicodeScalars.append(scalar)
            position += 1
        }
        guard !word.isEmpty else { throw Problem(description: "a name is missing at \(position)") }
        return word
    }

    private mutating func content(until end: Unicode.Scalar) throws -> String {
        var text = ""
        while let scalar = next, scalar != end {
            position += 1
            switch scalar {
            case "&": text.unicodeScalars.append(try entity())
            case "<": throw Problem(description: "a \"<\" stands in an attribute")
            case "\t", "\n", "\r": text.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20: throw Problem(description: "there is a control character")
            default: text.unicodeScalars.append(scalar)
            }
        }
        guard next != nil else { throw Problem(description: "the end is missing") }
        return text
    }

    private mutating func entity() throws -> Unicode.Scalar {
        var name = ""
        while let scalar = next, scalar != ";", name.unicodeScalars.count < 5 {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        try expect(";")
        guard let scalar = WellFormedXML.entities[name] else { throw Problem(description: "&\(name); is unknown") }
        return scalar
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ scalar: Unicode.Scalar) throws {
        guard take(scalar) else { throw Problem(description: "a \"\(scalar)\" is missing at \(position)") }
    }
}
