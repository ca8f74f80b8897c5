/// Reads the header of a NumPy array: a Python dictionary of the keys `descr`, `fortran_order` and `shape`.
struct NumPyHeader: HeaderText {
    let bytes: [UInt8]
    var position = 0
    private var description: String?
    private var isFortranOrder: Bool?
    private var shape: [Int64]?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Returns the type's description, the shape, and whether the elements lie column by column.
    mutating func header() throws(Refusal) -> (description: String, shape: [Int64], isFortranOrder: Bool) {
        try expect("{")
        while !skip("}") {
            let key = try string()
            try expect(":")
            try value(of: key)
            if !skip(",") {
                try expect("}")
                break
            }
        }
        skipSpace()
        guard position == bytes.count else { throw malformed("something follows it") }
        guard let description, let shape, let isFortranOrder else { throw malformed("a key is missing") }
        return (description, shape, isFortranOrder)
    }

    private mutating func value(of key: String) throws(Refusal) {
        switch key {
        case "descr" where description == nil:
            skipSpace()
            guard next != UInt8(ascii: "[") else { throw .odd("its elements are structures") }
            description = try string()
        case "fortran_order" where isFortranOrder == nil:
            isFortranOrder = skip("T")
            try word(isFortranOrder == true ? "rue" : "False")
        case "shape" where shape == nil: shape = try tuple()
        default: throw malformed("the key \(key.quoted) is unknown or occurs twice")
        }
    }

    private mutating func tuple() throws(Refusal) -> [Int64] {
        try expect("(")
        var integers: [Int64] = []
        while !skip(")") {
            guard integers.count < TensorLayout.maximumRank else { throw malformed("the shape is too long") }
            integers.append(try integer())
            if !skip(",") {
                try expect(")")
                break
            }
        }
        return integers
    }

    private mutating func integer() throws(Refusal) -> Int64 {
        skipSpace()
        let start = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        guard let integer = Int64(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            throw malformed("a number is missing or too large")
        }
        // Python 2 wrote its long integers so.
        if next == UInt8(ascii: "L") { position += 1 }
        return integer
    }

    private mutating func string() throws(Refusal) -> String {
        skipSpace()
        guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw malformed("a string is missing")
        }
        position += 1
        let start = position
        while let byte = next, byte != quote {
            guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\") else {
                throw malformed("a string has an escape")
            }
            position += 1
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard next == quote else { throw malformed("a string does not end") }
        position += 1
        return text
    }

    private mutating func word(_ text: String) throws(Refusal) {
        guard bytes[position...].starts(with: text.utf8) else { throw malformed("a truth value is missing") }
        position += text.utf8.count
    }

    private mutating func expect(_ token: Unicode.Scalar) throws(Refusal) {
        guard skip(token) else { throw malformed("a \"\(token)\" is missing") }
    }

    private func malformed(_ what: String) -> Refusal {
        .odd("its header is damaged at byte \(position): \(what)")
    }
}
