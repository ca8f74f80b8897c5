package import ModelCore

/// One tensor of a file, and the bytes it occupies there.
package struct Tensor: Hashable, Sendable {
    /// The name in the file, as it is there: it may hold anything that is UTF-8, and is no path.
    package let name: String
    /// The type of the elements.
    package let type: DataType
    /// The dimensions, outermost first; empty for a scalar and for bytes of no known type.
    package let shape: [Int64]
    /// The bytes of the file; none of a tensor without elements.
    package let range: Range<Int64>

    /// Creates a tensor.
    package init(name: String, type: DataType, shape: [Int64], range: Range<Int64>) {
        self.name = name
        self.type = type
        self.shape = shape
        self.range = range
    }
}

extension Tensor {
    /// Returns the number of elements of a shape; `nil` for a negative dimension and where it is over 2⁶³.
    static func elementCount(of shape: [Int64]) -> Int64? {
        var count: Int64 = 1
        var isEmpty = false
        for dimension in shape {
            guard dimension >= 0 else { return nil }
            // A dimension of zero makes the others harmless only if they would fit without it.
            if dimension == 0 {
                isEmpty = true
                continue
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            guard !overflow else { return nil }
            count = product
        }
        return isEmpty ? 0 : count
    }

    /// Returns the number of bytes that a tensor of such a type and shape has; `nil` where that is no whole number,
    /// over 2⁶³, or not known of the type.
    static func byteCount(of type: DataType, shape: [Int64]) -> Int64? {
        guard let bits = type.elementBitCount, let count = elementCount(of: shape) else { return nil }
        if let width = type.elementWidth {
            let (product, overflow) = count.multipliedReportingOverflow(by: Int64(width))
            return overflow ? nil : product
        }
        let (product, overflow) = count.multipliedReportingOverflow(by: Int64(bits))
        return overflow || !product.isMultiple(of: 8) ? nil : product / 8
    }
}
