/// A file of one NumPy array.
enum NumPyFile {
    /// What the array is called, since the format has no name for it.
    private static let name = "array"

    static func layout(of file: FileBytes) throws(Refusal) -> TensorLayout {
        let array = try NumPyArray(file, in: 0..<file.byteCount)
        let tensor = Tensor(name: name, type: array.type, shape: array.shape, range: array.range)
        return try TensorLayout(.npy, of: file, tensors: [tensor])
    }
}
