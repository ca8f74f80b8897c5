import ModelCore

/// A storage that a pickle refers to, and what its tensors say of it.
struct PyTorchStorage {
    /// The name of its member in the archive's `data` directory.
    let key: String
    /// The type of the elements; a tensor of an untyped storage tells it.
    private(set) var type: DataType
    /// The number of bytes.
    let byteCount: Int64
    /// The name of the first tensor in it, and its shape where it covers the storage.
    private(set) var first: (name: String, shape: [Int64])?

    /// Reads `('storage', <type>, <key>, <device>, <number of elements>)`: `torch/serialization.py`, `persistent_id`.
    ///
    /// `nil` for something else that stands outside of the pickle.
    init?(_ object: PickleObject, in pickle: PickleContents) throws(Refusal) {
        guard let parts = pickle.elements(object.elements[0]), parts.count >= 5, pickle.text(parts[0]) == "storage",
            let typeName = pickle.global(parts[1]), let key = pickle.text(parts[2])
        else { return nil }
        guard let type = PyTorchGlobals.storageTypes[typeName], let width = type.elementWidth else {
            throw .odd("storage \(key.quoted) has the unknown type \(typeName.quoted)")
        }
        guard let count = pickle.integer(parts[4]), count >= 0 else {
            throw .odd("storage \(key.quoted) has no number of elements")
        }
        let (size, overflow) = count.multipliedReportingOverflow(by: Int64(width))
        guard !overflow else { throw .odd("storage \(key.quoted) is too large") }
        self.key = key
        self.type = type
        byteCount = size
    }

    /// Whether two references are to the same storage.
    func isSame(as other: PyTorchStorage) -> Bool {
        key == other.key && type == other.type && byteCount == other.byteCount
    }

    /// The shape of the segment: the first tensor's where it covers the storage, in order, and else the element count.
    var shape: [Int64] { first?.shape ?? [elementCount] }

    private var elementCount: Int64 { byteCount / Int64(type.elementWidth ?? 1) }

    /// Notes a tensor, which must lie inside the storage; the first one gives the name.
    mutating func add(_ view: PyTorchView, named name: () -> String) throws(Refusal) {
        let type = view.type ?? type
        guard let width = type.elementWidth, byteCount.isMultiple(of: Int64(width)) else {
            throw .odd("storage \(key.quoted) is no whole number of elements")
        }
        let count = byteCount / Int64(width)
        guard let end = view.end, end <= count else { throw .odd("a tensor ends behind its storage \(key.quoted)") }
        guard first == nil else { return }
        self.type = type
        first = (name(), view.covers(count) ? view.shape : [count])
    }

    /// Gives a storage that is saved without a tensor a name.
    mutating func name(_ name: String) {
        if first == nil { first = (name, [elementCount]) }
    }
}

/// How a tensor looks at its storage, in elements.
struct PyTorchView {
    let offset: Int64
    let shape: [Int64]
    let strides: [Int64]
    /// The type where the storage has none of its own.
    let type: DataType?

    /// Where the last element ends; `nil` where a number is negative or the sum over 2⁶³.
    var end: Int64? {
        guard offset >= 0, shape.count == strides.count, Tensor.elementCount(of: shape) != nil else { return nil }
        guard !shape.contains(0) else { return 0 }
        var end = offset
        for (dimension, stride) in zip(shape, strides) {
            guard stride >= 0 else { return nil }
            let (span, overflow) = (dimension - 1).multipliedReportingOverflow(by: stride)
            let (sum, overflows) = end.addingReportingOverflow(span)
            guard !overflow, !overflows else { return nil }
            end = sum
        }
        let (sum, overflow) = end.addingReportingOverflow(1)
        return overflow ? nil : sum
    }

    /// Whether the view is all of a storage of so many elements, row by row.
    func covers(_ count: Int64) -> Bool {
        guard offset == 0, Tensor.elementCount(of: shape) == count else { return false }
        // Whatever its strides are, nobody takes a step.
        if count == 0 { return true }
        var expected: Int64 = 1
        for (dimension, stride) in zip(shape, strides).reversed() where dimension != 1 {
            guard stride == expected else { return false }
            // The product is at most the element count.
            expected *= dimension
        }
        return true
    }
}
