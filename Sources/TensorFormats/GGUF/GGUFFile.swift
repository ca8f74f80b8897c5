import ModelCore

/// A GGUF file of version 2 or 3: a header, key-value pairs, a table of tensors, and then the tensors, each padded.
///
/// Source: `docs/gguf.md` of https://github.com/ggml-org/ggml and the checks of its `src/gguf.cpp`. Unlike that, a
/// tensor of a type that is not known reaches to where the table says that the next one begins, so that the files of a
/// new quantisation keep their tensors.
struct GGUFFile {
    static let magic = Array("GGUF".utf8)
    private static let alignmentKey = "general.alignment"
    private static let maximumDimensionCount = 4
    private static let maximumNameByteCount = 63
    private static let maximumPairCount = 1 << 16
    private static let maximumKeyByteCount = 65_535
    /// The most bytes of all keys together: real files have a few hundred of some twenty bytes.
    private static let maximumKeysByteCount = 16 << 20
    private static let maximumStringByteCount: UInt64 = 1 << 30
    private static let maximumElementCount: UInt64 = 1 << 30
    /// The most strings of an array, each of which takes a step; the largest vocabularies have 300,000.
    private static let maximumArrayStringCount: UInt64 = 1 << 24

    private var cursor: FileCursor
    private var alignment: Int64 = 32
    private var unknownTypes: Set<UInt32> = []

    static func layout(of file: FileBytes) throws(Refusal) -> TensorLayout {
        var parser = GGUFFile(cursor: FileCursor(file))
        let tensors = try parser.tensors()
        let numbers = parser.unknownTypes.sorted().prefix(8).map { "\($0)" }.joined(separator: ", ")
        return try TensorLayout(
            .gguf,
            of: file,
            tensors: tensors,
            notes: numbers.isEmpty ? [] : ["the sizes of tensors of type \(numbers) are not known and were not checked"]
        )
    }

    private mutating func tensors() throws(Refusal) -> [Tensor] {
        guard try cursor.bytes(4, "its magic number") == GGUFFile.magic else {
            throw .odd("its magic number is missing")
        }
        let version = try cursor.integer(UInt32.self, "its version")
        guard version & 0xFFFF != 0 else { throw .odd("it is big-endian") }
        guard version == 2 || version == 3 else { throw .odd("version \(version) is not known") }
        let tensorCount = try count(atMost: TensorLayout.maximumTensorCount, "tensors")
        try skipPairs(try count(atMost: GGUFFile.maximumPairCount, "key-value pairs"))
        var entries: [Entry] = []
        var names: Set<String> = []
        for _ in 0..<tensorCount {
            let entry = try entry()
            guard names.insert(entry.name).inserted else { throw .odd("the name \(entry.name.quoted) occurs twice") }
            entries.append(entry)
        }
        return try place(entries)
    }

    private mutating func count(atMost limit: Int, _ what: String) throws(Refusal) -> Int {
        let count = try cursor.integer(UInt64.self, "its number of \(what)")
        guard count <= UInt64(limit) else { throw .odd("it has \(count) \(what), more than \(limit)") }
        return Int(count)
    }

    private mutating func string(atMost limit: Int, _ what: String) throws(Refusal) -> String {
        let count = try cursor.integer(UInt64.self, "the length of \(what)")
        guard count <= UInt64(limit) else { throw .odd("\(what) is longer than \(limit) bytes") }
        guard let string = String(validating: try cursor.bytes(Int64(count), what), as: UTF8.self) else {
            throw .odd("\(what) is not UTF-8")
        }
        return string
    }
}

/// The key-value pairs.
extension GGUFFile {
    private enum ValueType: UInt32 {
        case u8, i8, u16, i16, u32, i32, f32, bool, string, array, u64, i64, f64

        /// The number of bytes; `nil` for strings and arrays.
        var byteCount: Int64? {
            switch self {
            case .u8, .i8, .bool: 1
            case .u16, .i16: 2
            case .u32, .i32, .f32: 4
            case .u64, .i64, .f64: 8
            case .string, .array: nil
            }
        }
    }

    private mutating func skipPairs(_ count: Int) throws(Refusal) {
        var keys: Set<String> = []
        var keysByteCount = 0
        for _ in 0..<count {
            let key = try string(atMost: GGUFFile.maximumKeyByteCount, "a key")
            keysByteCount += key.utf8.count
            guard keysByteCount <= GGUFFile.maximumKeysByteCount else { throw .odd("its keys are too long") }
            guard !key.isEmpty else { throw .odd("a key is empty") }
            guard keys.insert(key).inserted else { throw .odd("the key \(key.quoted) occurs twice") }
            let type = try valueType(of: key)
            if key == GGUFFile.alignmentKey {
                guard type == .u32 else { throw .odd("its alignment is of another type") }
                alignment = Int64(try cursor.integer(UInt32.self, "its alignment"))
                guard alignment.nonzeroBitCount == 1 else { throw .odd("its alignment is no power of two") }
            } else {
                try skipValue(type, of: key)
            }
        }
    }

    private mutating func valueType(of key: String) throws(Refusal) -> ValueType {
        let number = try cursor.integer(UInt32.self, "the type of a value")
        guard let type = ValueType(rawValue: number) else {
            throw .odd("the value of \(key.quoted) has the unknown type \(number)")
        }
        return type
    }

    private mutating func skipValue(_ type: ValueType, of key: String) throws(Refusal) {
        switch type {
        case .string: try skipString()
        case .array: try skipArray(of: key)
        default: _ = try cursor.skip(type.byteCount ?? 0, "a value")
        }
    }

    private mutating func skipString() throws(Refusal) {
        let count = try cursor.integer(UInt64.self, "the length of a string")
        guard count <= GGUFFile.maximumStringByteCount else { throw .odd("a string is longer than 1 GiB") }
        _ = try cursor.skip(Int64(count), "a string")
    }

    private mutating func skipArray(of key: String) throws(Refusal) {
        let type = try valueType(of: key)
        let count = try cursor.integer(UInt64.self, "the length of an array")
        guard count <= GGUFFile.maximumElementCount else { throw .odd("the array \(key.quoted) is too long") }
        if let width = type.byteCount {
            _ = try cursor.skip(Int64(count) * width, "the array \(key.quoted)")
        } else if type == .string {
            guard count <= GGUFFile.maximumArrayStringCount else { throw .odd("the array \(key.quoted) is too long") }
            for _ in 0..<count { try skipString() }
        } else {
            throw .odd("the array \(key.quoted) is one of arrays")
        }
    }
}

/// The table of tensors.
extension GGUFFile {
    private struct Entry {
        let name: String
        /// Innermost first, as the file has them.
        let dimensions: [Int64]
        let number: UInt32
        let offset: UInt64
        /// `nil` where the type is not known.
        let byteCount: Int64?
    }

    private mutating func entry() throws(Refusal) -> Entry {
        let name = try string(atMost: GGUFFile.maximumNameByteCount, "a tensor's name")
        let rank = try cursor.integer(UInt32.self, "a tensor's rank")
        guard rank <= GGUFFile.maximumDimensionCount else {
            throw .odd("tensor \(name.quoted) has \(rank) dimensions, more than \(GGUFFile.maximumDimensionCount)")
        }
        var dimensions: [Int64] = []
        for _ in 0..<rank { dimensions.append(try cursor.integer(Int64.self, "a tensor's dimension")) }
        guard let count = Tensor.elementCount(of: dimensions) else {
            throw .odd("tensor \(name.quoted) has a dimension below zero or too many elements")
        }
        let number = try cursor.integer(UInt32.self, "a tensor's type")
        let offset = try cursor.integer(UInt64.self, "a tensor's offset")
        guard let type = GGUFType(number) else {
            guard DataType(ggufBlock: number) != nil else {
                throw .odd("tensor \(name.quoted) has the unknown type \(number)")
            }
            unknownTypes.insert(number)
            return Entry(name: name, dimensions: dimensions, number: number, offset: offset, byteCount: nil)
        }
        guard (dimensions.first ?? 1).isMultiple(of: type.elementCount) else {
            throw .odd("tensor \(name.quoted) does not divide into blocks of \(type.elementCount)")
        }
        let (size, overflow) = (count / type.elementCount).multipliedReportingOverflow(by: type.byteCount)
        guard !overflow else { throw .odd("tensor \(name.quoted) has too many elements") }
        return Entry(name: name, dimensions: dimensions, number: number, offset: offset, byteCount: size)
    }

    /// Returns the tensors, each of which must begin where the one before it ends, rounded up.
    private func place(_ entries: [Entry]) throws(Refusal) -> [Tensor] {
        guard !entries.isEmpty else { return [] }
        let start = try aligned(cursor.position)
        guard start <= cursor.end else { throw .odd("its tensors are cut off") }
        let available = cursor.end - start
        var tensors: [Tensor] = []
        var expected: Int64 = 0
        for (position, entry) in entries.enumerated() {
            guard entry.offset == UInt64(expected) else {
                throw .odd("tensor \(entry.name.quoted) is at \(entry.offset), not at \(expected)")
            }
            let next = position + 1 < entries.count ? entries[position + 1].offset : UInt64(available)
            guard next <= UInt64(available) else { throw .odd("a tensor begins behind the end of the file") }
            let size = entry.byteCount ?? (Int64(next) - expected)
            guard expected <= available, size >= 0, size <= available - expected else {
                throw .odd("tensor \(entry.name.quoted) ends behind the end of the file")
            }
            let range = (start + expected)..<(start + expected + size)
            let type = GGUFType(entry.number)?.type ?? DataType(ggufBlock: entry.number) ?? .bytes
            tensors.append(Tensor(name: entry.name, type: type, shape: entry.dimensions.reversed(), range: range))
            expected = try aligned(expected + size)
        }
        return tensors
    }

    private func aligned(_ position: Int64) throws(Refusal) -> Int64 {
        let (sum, overflow) = position.addingReportingOverflow(alignment - 1)
        guard !overflow else { throw .odd("an offset is too large") }
        return sum & -alignment
    }
}
