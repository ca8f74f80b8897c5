/// Where values are in a JSON document: the part of JSONPath (RFC 9535) that names members and elements.
///
/// `$` is the document; `.name` and `['name']` are a member, `[0]` an element, `[-1]` the last one, `[*]` and `.*` all
/// of either.
package struct JSONPath: Sendable, Hashable {
    /// The most bytes that a path may have.
    package static let byteLimit = 4096

    /// One part of a path, which leads from a value to those in it.
    private enum Step: Sendable, Hashable {
        case member(String)
        /// An element; a negative number counts from the end.
        case element(Int)
        case all
    }

    /// The path as it was written.
    package let text: String
    private let steps: [Step]

    /// Parses a path; throws `malformed` with the position for anything else, filters and slices among them.
    package init(_ text: some StringProtocol) throws(FormatError) {
        self.text = String(text)
        guard text.utf8.count <= JSONPath.byteLimit else {
            throw JSONPath.malformed("it is longer than \(JSONPath.byteLimit) bytes")
        }
        var rest = Scanner(text)
        guard rest.take("$") else { throw JSONPath.malformed("it does not begin with \"$\"") }
        var steps: [Step] = []
        while !rest.isAtEnd { steps.append(try rest.step()) }
        self.steps = steps
    }

    /// Whether the path leads to one value at most, as it has no `*`.
    package var isSingular: Bool { !steps.contains(.all) }

    /// Returns the values that the path leads to, none where there is nothing of that name or number; members are
    /// sorted by key.
    package func values(in value: JSONValue) -> [JSONValue] {
        var values = [value]
        for step in steps { values = values.flatMap { JSONPath.values(at: step, in: $0) } }
        return values
    }

    private static func values(at step: Step, in value: JSONValue) -> [JSONValue] {
        switch (step, value) {
        case (.member(let name), .object(let members)): return members[name].map { [$0] } ?? []
        case (.element(let number), .array(let elements)):
            let position = number < 0 ? elements.count + number : number
            return elements.indices.contains(position) ? [elements[position]] : []
        case (.all, .array(let elements)): return elements
        case (.all, .object(let members)):
            return members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map(\.value)
        default: return []
        }
    }

    fileprivate static func malformed(_ what: String) -> FormatError { FormatError("JSON path", .malformed(what)) }
}

extension JSONPath: CustomStringConvertible {
    /// The path as it was written.
    package var description: String { text }
}

extension JSONPath {
    /// What is left of a path that is read.
    private struct Scanner {
        private let scalars: [Unicode.Scalar]
        private var position = 0

        init(_ text: some StringProtocol) { scalars = Array(text.unicodeScalars) }

        var isAtEnd: Bool { position == scalars.count }
        private var next: Unicode.Scalar? { isAtEnd ? nil : scalars[position] }

        mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard next == scalar else { return false }
            position += 1
            return true
        }

        private mutating func take(while isWanted: (Unicode.Scalar) -> Bool) -> String {
            var text = ""
            while let scalar = next, isWanted(scalar) {
                text.unicodeScalars.append(scalar)
                position += 1
            }
            return text
        }

        private func unexpected(_ wanted: String) -> FormatError {
            malformed("\(wanted) is missing after \(position) characters")
        }

        mutating func step() throws(FormatError) -> Step {
            if take(".") {
                if take("*") { return .all }
                if let first = next, Scanner.isDigit(first) { throw unexpected("a name that begins with a letter") }
                let name = take(while: Scanner.isInName)
                guard !name.isEmpty else { throw unexpected("a name") }
                return .member(name)
            }
            guard take("[") else { throw unexpected("a \".\" or \"[\"") }
            skipSpace()
            let step = try bracketed()
            skipSpace()
            guard take("]") else { throw unexpected("a \"]\"") }
            return step
        }

        private mutating func bracketed() throws(FormatError) -> Step {
            switch next {
            case "*":
                position += 1
                return .all
            case "'", "\"": return .member(try quoted())
            default: return .element(try number())
            }
        }

        private mutating func skipSpace() {
            _ = take { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }
        }

        /// Reads a number as JSON has them, without a fraction; -0 is none.
        private mutating func number() throws(FormatError) -> Int {
            let sign = take("-") ? "-" : ""
            let digits = take(while: Scanner.isDigit)
            guard !digits.isEmpty else { throw unexpected("a name in quotes, a number or \"*\"") }
            guard digits == "0" ? sign.isEmpty : digits.first != "0", let number = Int(sign + digits) else {
                throw malformed("\(sign)\(digits) is no position")
            }
            return number
        }

        /// Reads a string as JSON has them, in quotes of either kind.
        private mutating func quoted() throws(FormatError) -> String {
            let quote = scalars[position]
            position += 1
            var json = "\""
            while let scalar = next, scalar != quote {
                position += 1
                guard scalar == "\\" else {
                    json += scalar == "\"" ? "\\\"" : String(Character(scalar))
                    continue
                }
                guard let escaped = next else { break }
                position += 1
                // JSON knows no escape of the single quote, and needs none.
                json += escaped == "'" && quote == "'" ? "'" : "\\\(escaped)"
            }
            guard take(quote) else { throw unexpected("the end of a name in quotes") }
            do {
                return try JSONValue(parsing: Array((json + "\"").utf8)).string ?? ""
            } catch {
                throw malformed("a name in quotes is no string of JSON")
            }
        }

        private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

        private static func isInName(_ scalar: Unicode.Scalar) -> Bool {
            isDigit(scalar) || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
                || scalar.value >= 0x80
        }
    }
}
