import ModelCore

/// Reads the header of a safetensors file: one JSON object (RFC 8259) of a fixed shape, with spaces behind it.
///
/// `{"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {"key": "text"}}`. It keeps
/// nothing but the tensors, in one pass: a general JSON value of such a header takes three times the time, and more
/// memory. Keys that occur twice, and keys that nobody defined, are refused. Two names count as the same where Unicode
/// calls them canonically equivalent, for they could not be told apart in a listing.
struct SafetensorsHeader: HeaderText {
    /// A tensor as the header has it: offsets count from the end of the header, and nothing is checked.
    struct Entry {
        let name: String
        let type: DataType
        let shape: [Int64]
        let start: Int64
        let end: Int64
    }

    private static let metadataKey = "__metadata__"
    private static let types: [String: DataType] = [
        "BOOL": .bool, "U8": .u8, "I8": .i8, "U16": .u16, "I16": .i16, "U32": .u32, "I32": .i32, "U64": .u64,
        "I64": .i64, "F16": .f16, "BF16": .bf16, "F32": .f32, "F64": .f64, "C64": .c64, "F8_E4M3": .f8E4M3,
        "F8_E5M2": .f8E5M2, "F8_E8M0": .f8E8M0, "F8_E4M3FNUZ": .f8E4M3FNUZ, "F8_E5M2FNUZ": .f8E5M2FNUZ, "F4": .f4,
        "F6_E2M3": .f6E2M3, "F6_E3M2": .f6E3M2,
    ]

    let bytes: [UInt8]
    var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Returns the tensors in the order of the header.
    mutating func entries() throws(Refusal) -> [Entry] {
        guard bytes.first == UInt8(ascii: "{") else { throw .odd("its header does not begin with \"{\"") }
        var entries: [Entry] = []
        var names: Set<String> = []
        try members { header, name throws(Refusal) in
            guard names.insert(name).inserted else { throw .odd("the key \(name.quoted) occurs twice in its header") }
            if name == SafetensorsHeader.metadataKey { return try header.metadata() }
            guard entries.count < TensorLayout.maximumTensorCount else {
                throw .odd("it has more than \(TensorLayout.maximumTensorCount) tensors")
            }
            entries.append(try header.entry(named: name))
        }
        skipSpace()
        guard position == bytes.count else { throw malformed("something follows it") }
        return entries
    }

    private mutating func metadata() throws(Refusal) {
        var keys: Set<String> = []
        try members { header, key throws(Refusal) in
            guard keys.insert(key).inserted else { throw .odd("the key \(key.quoted) occurs twice in its metadata") }
            _ = try header.string()
        }
    }

    private mutating func entry(named name: String) throws(Refusal) -> Entry {
        var type: DataType?
        var shape: [Int64]?
        var offsets: [Int64]?
        try members { header, key throws(Refusal) in
            switch key {
            case "dtype" where type == nil:
                let text = try header.string()
                type = SafetensorsHeader.types[text]
                if type == nil { throw .odd("tensor \(name.quoted) has the unknown type \(text.quoted)") }
            case "shape" where shape == nil: shape = try header.integers(atMost: TensorLayout.maximumRank)
            case "data_offsets" where offsets == nil: offsets = try header.integers(atMost: 2)
            default: throw .odd("tensor \(name.quoted) has the key \(key.quoted), which is unknown or occurs twice")
            }
        }
        guard let type, let shape, let offsets, offsets.count == 2 else {
            throw .odd("tensor \(name.quoted) lacks its type, shape or offsets")
        }
        return Entry(name: name, type: type, shape: shape, start: offsets[0], end: offsets[1])
    }
}

/// The grammar of JSON, as far as a header has it.
extension SafetensorsHeader {
    private func malformed(_ what: String) -> Refusal {
        .odd("its header is damaged at byte \(position): \(what)")
    }

    /// Reads an object; `body` is called behind each key and reads the value.
    private mutating func members(
        _ body: (inout SafetensorsHeader, String) throws(Refusal) -> Void
    ) throws(Refusal) {
        guard skip("{") else { throw malformed("an object is missing") }
        if skip("}") { return }
        repeat {
            let key = try string()
            guard skip(":") else { throw malformed("a \":\" is missing") }
            try body(&self, key)
        } while skip(",")
        guard skip("}") else { throw malformed("a \"}\" is missing") }
    }

    private mutating func integers(atMost limit: Int) throws(Refusal) -> [Int64] {
        guard skip("[") else { throw malformed("a list is missing") }
        var integers: [Int64] = []
        if skip("]") { return integers }
        repeat {
            guard integers.count < limit else { throw malformed("a list has more than \(limit) numbers") }
            integers.append(try integer())
        } while skip(",")
        guard skip("]") else { throw malformed("a \"]\" is missing") }
        return integers
    }

    /// Reads a number without sign, fraction and exponent, below 2⁶³.
    private mutating func integer() throws(Refusal) -> Int64 {
        skipSpace()
        let start = position
        var value: Int64 = 0
        while let byte = next, (0x30...0x39).contains(byte) {
            let (product, isLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isLarger) = product.addingReportingOverflow(Int64(byte - 0x30))
            guard !isLarge, !isLarger else { throw malformed("a number is too large") }
            value = sum
            position += 1
        }
        guard position > start, bytes[start] != 0x30 || position == start + 1 else {
            throw malformed("a number is missing, negative or begins with 0")
        }
        return value
    }

    private mutating func string() throws(Refusal) -> String {
        guard skip("\"") else { throw malformed("a string is missing") }
        let start = position
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw malformed("a string has a control character") }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            position += 1
        }
        return try text(bytes[start..<position], isClosed: skip("\""))
    }

    /// Reads the rest of a string that has an escape at `position`.
    private mutating func escapedString(from start: Int) throws(Refusal) -> String {
        var position = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < bytes.count else { throw malformed("a string does not end") }
        do {
            let value = try JSONValue(parsing: Array(bytes[(start - 1)...position]))
            self.position = position + 1
            return value.string ?? ""
        } catch {
            throw malformed("a string is no JSON")
        }
    }

    private func text(_ bytes: ArraySlice<UInt8>, isClosed: Bool) throws(Refusal) -> String {
        guard isClosed else { throw malformed("a string does not end") }
        guard let string = String(validating: bytes, as: UTF8.self) else { throw malformed("a string is not UTF-8") }
        return string
    }
}
