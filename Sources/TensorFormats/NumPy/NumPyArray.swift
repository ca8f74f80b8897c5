import ModelCore

/// One array in NumPy's format, version 1, 2 or 3: a magic number, a header that is a Python literal, and the elements.
///
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. The header is read by a grammar of
/// just what NumPy writes, and never evaluated.
struct NumPyArray {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// The longest header; NumPy itself refuses to evaluate more than 10,000 bytes of a file that it does not trust.
    private static let maximumHeaderByteCount: Int64 = 1 << 20
    /// How many bytes tell whether elements of two bytes that have no type are bfloat16.
    private static let probeByteCount: Int64 = 4096

    let type: DataType
    let shape: [Int64]
    /// Where the elements are in the file.
    let range: Range<Int64>

    /// Reads the array that takes exactly a range of the file.
    init(_ file: FileBytes, in member: Range<Int64>) throws(Refusal) {
        var cursor = FileCursor(file, member)
        guard try cursor.bytes(6, "its magic number") == NumPyArray.magic else { throw .odd("it is no NumPy array") }
        let version = try cursor.integer(UInt8.self, "its version")
        _ = try cursor.integer(UInt8.self, "its version")
        let length: Int64
        switch version {
        case 1: length = Int64(try cursor.integer(UInt16.self, "the length of its header"))
        case 2, 3: length = Int64(try cursor.integer(UInt32.self, "the length of its header"))
        default: throw .odd("version \(version) is not known")
        }
        guard length <= NumPyArray.maximumHeaderByteCount else {
            throw .odd("its header is longer than \(NumPyArray.maximumHeaderByteCount) bytes")
        }
        var literal = NumPyHeader(try cursor.bytes(length, "its header"))
        let header = try literal.header()
        let element = try NumPyElement(header.description)
        guard let count = Tensor.elementCount(of: header.shape) else { throw .odd("its shape is too large") }
        let (size, overflow) = count.multipliedReportingOverflow(by: element.byteCount)
        guard !overflow, size == cursor.remaining else {
            throw .odd("its shape and type need other bytes than the \(cursor.remaining) that follow its header")
        }
        range = cursor.position..<cursor.end
        if let known = element.type {
            type = known
        } else {
            type = try NumPyArray.probe(file, range)
        }
        // Whoever knows a shape reads row by row: what lies otherwise, and is more than one row, is so many elements.
        let isByColumns = header.isFortranOrder && header.shape.count { $0 > 1 } > 1
        // Bytes of no known type have no shape in a manifest.
        shape = type == .bytes ? [] : isByColumns ? [count] : header.shape
    }

    /// Returns what elements of two bytes without a type are: NumPy has no bfloat16, which is saved as two bytes of
    /// nothing.
    private static func probe(_ file: FileBytes, _ range: Range<Int64>) throws(Refusal) -> DataType {
        let size = min(probeByteCount, range.upperBound - range.lowerBound) & ~1
        let sample = try file.read(size, at: range.lowerBound, "its elements")
        // The bits of the exponent that lie in the upper byte: weights are between 2⁻⁶⁴ and 2³².
        let plausible = stride(from: 1, to: sample.count, by: 2).count {
            let isZero = sample[$0] & 0x7F == 0 && sample[$0 - 1] == 0
            return isZero || (0x1F..<0x50).contains(sample[$0] & 0x7F)
        }
        return plausible * 40 >= sample.count * 19 ? .bf16 : .bytes
    }
}

/// The type of an array's elements, as `dtype.str` spells it: byte order, kind and size.
struct NumPyElement {
    /// `nil` for two bytes of which nothing else is said.
    let type: DataType?
    let byteCount: Int64

    private static let types: [String: DataType] = [
        "b1": .bool, "u1": .u8, "i1": .i8, "u2": .u16, "i2": .i16, "u4": .u32, "i4": .i32, "u8": .u64, "i8": .i64,
        "f2": .f16, "f4": .f32, "f8": .f64, "c8": .c64, "c16": .c128,
    ]

    init(_ description: String) throws(Refusal) {
        let order = description.first
        let name = String(description.dropFirst())
        guard order != ">" else { throw .odd("its numbers are big-endian (\(description.quoted))") }
        guard order == "<" || order == "|" || order == "=" else {
            throw .odd("its elements are of the unknown type \(description.quoted)")
        }
        guard !name.hasPrefix("O") else { throw .odd("its elements are pickled Python objects") }
        if let type = NumPyElement.types[name], let width = type.elementWidth {
            self.type = type
            byteCount = Int64(width)
            return
        }
        // Dates and durations carry their unit in brackets, and are 64-bit integers.
        if name.hasPrefix("M8") || name.hasPrefix("m8") {
            type = .i64
            byteCount = 8
            return
        }
        // Text counts characters of four bytes; fixed byte strings, void and long doubles count bytes.
        guard let kind = name.first, "SaVUfc".contains(kind), let size = UInt32(name.dropFirst()) else {
            throw .odd("its elements are of the unknown type \(description.quoted)")
        }
        type = kind == "V" && size == 2 ? nil : .bytes
        byteCount = Int64(size) * (kind == "U" ? 4 : 1)
    }
}
