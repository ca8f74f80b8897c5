import ModelCore

/// A tensor of an ONNX model, as far as the file that holds the model says.
struct ONNXTensor {
    private static let maximumLocationByteCount = 4096

    /// The name; empty for most constants.
    private(set) var name = ""
    private(set) var shape: [Int64] = []
    private(set) var type: UInt64 = 0
    /// Where `raw_data` is; `nil` where the elements are in another field, which is not stored as they are in memory.
    private(set) var range: Range<Int64>?
    /// The other file that holds the elements, as the model names it.
    private(set) var location: String?
    /// Where they begin there, and how many bytes they are, as the model writes these numbers; `nil` where it does not.
    private var offset: String?
    private var length: String?
    private var isExternal = false
    private var fields: Set<UInt64> = []

    /// Reads `TensorProto`: `onnx/onnx.proto` of https://github.com/onnx/onnx.
    init(_ message: ProtocolBuffer) throws(Refusal) {
        var buffer = message
        while let (field, value) = try buffer.next() {
            switch (field, value) {
            case (1, .varint(let dimension)): try add(dimension)
            case (1, .bytes(let packed)):
                var dimensions = buffer.message(packed)
                while dimensions.remaining > 0 { try add(try dimensions.varint()) }
            case (2, .varint(let number)): type = number
            case (8, .bytes(let range)): name = try buffer.text(range, atMost: TensorLayout.maximumNameByteCount)
            case (9, .bytes(let raw)): range = raw
            case (13, .bytes(let entry)): try readExternal(buffer.message(entry))
            case (14, .varint(let number)): isExternal = number == 1
            case (1, _), (2, _), (8, _), (9, _), (13, _), (14, _): throw .odd("a field of a tensor is of another type")
            default: continue
            }
            // Where a field occurs twice readers take the last, or join both.
            guard field == 1 || field == 13 || fields.insert(field).inserted else {
                throw .odd("a field of tensor \(name.quoted) occurs twice")
            }
        }
        location = isExternal ? location ?? "" : nil
        if isExternal { range = nil }
    }

    /// The tensor's place in this file; `nil` where it has none, or no name.
    func placed() throws(Refusal) -> Tensor? {
        guard let range, !name.isEmpty else { return nil }
        guard try byteCount() == Int64(range.count) else { throw oddLength }
        return try tensor(at: range)
    }

    /// The tensor's place in the file that `location` names; `nil` where it has no name.
    ///
    /// `docs/ExternalData.md`: without an offset it begins where the file does, and its length may be left out.
    func placedOutside() throws(Refusal) -> Tensor? {
        guard !name.isEmpty else { return nil }
        let byteCount = try byteCount()
        if let length, try number(length) != byteCount { throw oddLength }
        let start = try number(offset ?? "0")
        let (end, overflow) = start.addingReportingOverflow(byteCount)
        guard !overflow else { throw .odd("tensor \(name.quoted) is too large") }
        return try tensor(at: start..<end)
    }

    private var oddLength: Refusal { .odd("tensor \(name.quoted) has other bytes than its type and shape need") }

    /// Returns a number that the model has as a text.
    private func number(_ text: String) throws(Refusal) -> Int64 {
        guard let number = Int64(text), number >= 0 else {
            throw .odd("tensor \(name.quoted) has an offset or length that is none")
        }
        return number
    }

    private func element() throws(Refusal) -> (type: DataType, bitCount: Int64) {
        guard let element = ONNXTensor.types[type] else {
            throw .odd("tensor \(name.quoted) has the unknown type \(type)")
        }
        return element
    }

    private func bitCount() throws(Refusal) -> Int64? {
        guard let count = Tensor.elementCount(of: shape) else { throw .odd("tensor \(name.quoted) is too large") }
        let (bits, overflow) = count.multipliedReportingOverflow(by: try element().bitCount)
        return overflow ? nil : bits
    }

    /// The number of bytes that type and shape need; elements of a few bits fill the last byte up.
    private func byteCount() throws(Refusal) -> Int64 {
        guard let bits = try bitCount() else { throw oddLength }
        return bits / 8 + (bits % 8 == 0 ? 0 : 1)
    }

    private func tensor(at range: Range<Int64>) throws(Refusal) -> Tensor {
        let element = try element()
        let bitCount = try bitCount() ?? 0
        let isWhole = element.type != .bytes && bitCount % 8 == 0
        return Tensor(name: name, type: isWhole ? element.type : .bytes, shape: isWhole ? shape : [], range: range)
    }

    /// `TensorProto.DataType`.
    private static let types: [UInt64: (type: DataType, bitCount: Int64)] = [
        1: (.f32, 32), 2: (.u8, 8), 3: (.i8, 8), 4: (.u16, 16), 5: (.i16, 16), 6: (.i32, 32), 7: (.i64, 64),
        9: (.bool, 8), 10: (.f16, 16), 11: (.f64, 64), 12: (.u32, 32), 13: (.u64, 64), 14: (.c64, 64),
        15: (.c128, 128), 16: (.bf16, 16), 17: (.f8E4M3, 8), 18: (.f8E4M3FNUZ, 8), 19: (.f8E5M2, 8),
        20: (.f8E5M2FNUZ, 8), 21: (.bytes, 4), 22: (.bytes, 4), 23: (.f4, 4), 24: (.f8E8M0, 8), 25: (.bytes, 2),
        26: (.bytes, 2), 27: (.f6E2M3, 6), 28: (.f6E3M2, 6),
    ]

    private mutating func add(_ dimension: UInt64) throws(Refusal) {
        guard shape.count < TensorLayout.maximumRank, let dimension = Int64(exactly: dimension) else {
            throw .odd("a tensor has too many dimensions, or one below zero")
        }
        shape.append(dimension)
    }

    /// Reads a `StringStringEntryProto`; other keys than these three say nothing of where the elements are.
    private mutating func readExternal(_ entry: ProtocolBuffer) throws(Refusal) {
        var buffer = entry
        var key = ""
        var value: Range<Int64>?
        while let (field, part) = try buffer.next() {
            switch (field, part) {
            case (1, .bytes(let range)): key = try buffer.text(range, atMost: ONNXTensor.maximumLocationByteCount)
            case (2, .bytes(let range)): value = range
            default: continue
            }
        }
        guard ["location", "offset", "length"].contains(key), let value else { return }
        let text = try buffer.text(value, atMost: ONNXTensor.maximumLocationByteCount)
        switch key {
        case "location": location = text
        case "offset": offset = text
        default: length = text
        }
    }
}
