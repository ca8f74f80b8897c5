package import ModelCore

/// Reads a TOML 1.0 document as the object that it stands for.
///
/// Numbers keep their values: integers in decimal digits of 64 bits, and infinities and NaN as `JSONValue` has them
/// where it allows them. Dates and times are texts, as they stand there.
package struct TOMLReader {
    /// The deepest nesting, of tables, keys with dots and values together, so that hostile input cannot exhaust the
    /// stack.
    private static let depthLimit = 64

    private var scanner: TOMLScanner

    /// Reads a document; an empty one is an empty object.
    ///
    /// Throws `malformed` with the line.
    package static func value(of bytes: [UInt8]) throws(FormatError) -> JSONValue {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw FormatError("TOML", .malformed("it is not UTF-8"))
        }
        var reader = TOMLReader(scanner: TOMLScanner(bytes))
        return try reader.document()
    }

    private mutating func document() throws(FormatError) -> JSONValue {
        var tables = TOMLTables()
        var (table, depth) = (TOMLTables.root, 0)
        while try scanner.skipLines() {
            if scanner.take("[") {
                let isList = scanner.take("[")
                let key = try self.key(below: 0)
                try scanner.expect("]")
                if isList { try scanner.expect("]") }
                let opened = Result { () throws(TOMLTables.Conflict) in
                    try isList ? tables.append(key) : tables.open(key)
                }
                (table, depth) = (try resolved(opened), key.count)
            } else {
                try member(of: table, in: &tables, depth: depth)
            }
            try scanner.endLine()
        }
        return tables.value(of: TOMLTables.root)
    }

    private mutating func member(
        of table: Int,
        in tables: inout TOMLTables,
        depth: Int
    ) throws(FormatError) {
        let key = try self.key(below: depth)
        try scanner.expect("=")
        scanner.skipBlanks()
        let value = try self.value(depth: depth + key.count)
        let set = Result { () throws(TOMLTables.Conflict) in try tables.set(key, of: table, to: value) }
        try resolved(set)
    }

    private mutating func key(below depth: Int) throws(FormatError) -> [String] {
        let key = try scanner.key(atMost: TOMLReader.depthLimit)
        try require(depth: depth + key.count)
        return key
    }

    private mutating func value(depth: Int) throws(FormatError) -> JSONValue {
        if let text = try scanner.text() { return .string(text) }
        if scanner.take("[") { return .array(try elements(depth: depth + 1)) }
        if scanner.take("{") { return try inlineTable(depth: depth + 1) }
        let word = scanner.word()
        guard let value = TOMLScalar.value(of: word) else {
            throw scanner.malformed(
                word.isEmpty ? "a value is missing" : "\(QuotedPath.encode(String(word.prefix(40)))) is no value"
            )
        }
        return value
    }

    private mutating func elements(depth: Int) throws(FormatError) -> [JSONValue] {
        try require(depth: depth)
        var elements: [JSONValue] = []
        while true {
            guard try scanner.skipLines() else { throw scanner.malformed("a list does not end") }
            if scanner.take("]") { return elements }
            elements.append(try value(depth: depth))
            guard try scanner.skipLines() else { throw scanner.malformed("a list does not end") }
            if scanner.take("]") { return elements }
            try scanner.expect(",")
        }
    }

    /// Reads a table between braces, which is one line, has no comma behind its last member, and is complete.
    private mutating func inlineTable(depth: Int) throws(FormatError) -> JSONValue {
        try require(depth: depth)
        var tables = TOMLTables()
        scanner.skipBlanks()
        if scanner.take("}") { return .object([:]) }
        repeat {
            try member(of: TOMLTables.root, in: &tables, depth: depth)
            scanner.skipBlanks()
        } while scanner.take(",")
        try scanner.expect("}")
        return tables.value(of: TOMLTables.root)
    }

    private func require(depth: Int) throws(FormatError) {
        guard depth <= TOMLReader.depthLimit else { throw scanner.malformed("values are nested too deeply") }
    }

    @discardableResult
    private func resolved<Value>(_ result: Result<Value, TOMLTables.Conflict>) throws(FormatError) -> Value {
        do { return try result.get() } catch { throw scanner.malformed(error.clause) }
    }
}
