/// ONNX models for tests, by field.
package enum ONNXSample {
    package static func varint(_ value: UInt64) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
    }

    package static func number(_ field: UInt64, _ value: UInt64) -> [UInt8] { varint(field << 3) + varint(value) }
    package static func bytes(_ field: UInt64, _ value: [UInt8]) -> [UInt8] {
        varint(field << 3 | 2) + varint(UInt64(value.count)) + value
    }

    package static func text(_ field: UInt64, _ value: String) -> [UInt8] { bytes(field, Array(value.utf8)) }

    package static func tensor(_ name: String, _ type: UInt64, _ shape: [UInt64], _ more: [UInt8]) -> [UInt8] {
        shape.flatMap { number(1, $0) } + number(2, type) + text(8, name) + more
    }

    package static func external(_ location: String, offset: String? = "4096", length: String? = nil) -> [UInt8] {
        let entries = [("location", location), ("offset", offset), ("length", length)]
        return entries.flatMap { key, value in
            value.map { bytes(13, text(1, key) + text(2, $0)) } ?? []
        } + number(14, 1)
    }

    /// A dimension of a shape, which is a number.
    package static func dimension(_ count: UInt64) -> [UInt8] { bytes(1, number(1, count)) }

    /// A dimension of a shape, which has a name.
    package static func dimension(named name: String) -> [UInt8] { bytes(1, text(2, name)) }

    /// The type of tensors with elements of a type, and these dimensions.
    package static func tensorType(_ element: UInt64, _ dimensions: [[UInt8]]) -> [UInt8] {
        bytes(1, number(1, element) + bytes(2, Array(dimensions.joined())))
    }

    /// An input (11) or output (12) of a graph.
    package static func value(_ field: UInt64, _ name: String, _ type: [UInt8]) -> [UInt8] {
        bytes(field, text(1, name) + bytes(2, type))
    }

    /// A model of a graph of these fields.
    package static func model(_ graph: [UInt8]) -> [UInt8] { number(1, 9) + text(2, "tests") + bytes(7, graph) }

    /// Initializers of each kind, one of them in the graph of a node's attribute.
    package static let small: [UInt8] = {
        let raw = { (count: Int) in bytes(9, [UInt8](repeating: 7, count: count)) }
        let inner = bytes(5, tensor("inner", 16, [3], raw(6)))
        let branch = bytes(1, text(3, "if") + bytes(5, text(1, "then_branch") + bytes(6, inner)))
        let constant = bytes(1, bytes(5, text(1, "value") + bytes(5, tensor("", 7, [], raw(8)))))
        let named = bytes(1, bytes(5, text(1, "value") + bytes(5, tensor("constant", 7, [], raw(8)))))
        let packed = bytes(1, [2, 2]) + number(2, 1) + raw(16) + text(8, "packed")
        return model(
            branch + constant + named + bytes(5, tensor("w", 1, [2, 3], raw(24))) + bytes(5, packed)
                + bytes(5, tensor("half", 22, [3], raw(2)))
                + bytes(5, tensor("floats", 1, [1], bytes(4, [0, 0, 0, 0])))
                + bytes(5, tensor("far", 1, [1024], external("weights.bin")))
                + bytes(15, bytes(1, tensor("sparse", 1, [2], raw(8))))
        )
    }()
}
