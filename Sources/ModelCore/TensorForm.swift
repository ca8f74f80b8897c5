/// What a tensor's bytes mean: the type of its elements, and its dimensions.
package struct TensorForm: Hashable, Sendable {
    /// The type of the elements.
    package var type: DataType
    /// The dimensions, outermost first; empty for a scalar.
    package var shape: [Int64]

    /// Creates a form.
    package init(type: DataType, shape: [Int64]) {
        self.type = type
        self.shape = shape
    }
}

extension TensorForm {
    init(from reader: inout ByteReader) throws(FormatError) {
        type = DataType(rawValue: try reader.integer(UInt8.self))
        shape = []
        for _ in 0..<(try reader.varint(atMost: 64)) { shape.append(try reader.varint()) }
    }

    func encode(into writer: inout ByteWriter) {
        writer.integer(type.rawValue)
        writer.varint(Int64(shape.count))
        for dimension in shape { writer.varint(dimension) }
    }
}
