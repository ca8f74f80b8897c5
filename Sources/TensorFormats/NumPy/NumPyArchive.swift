/// A zip archive of NumPy arrays, each member `<name>.npy`, as `numpy.savez` writes it.
///
/// Members that `numpy.savez_compressed` deflated belong to no tensor: what deflates again to the same bytes is not
/// known.
enum NumPyArchive {
    private static let suffix = ".npy"

    /// Whether an archive is one of arrays: all members are, and there is one.
    static func isArchive(_ directory: ZipDirectory) -> Bool {
        !directory.entries.isEmpty && directory.entries.allSatisfy { $0.name.hasSuffix(suffix) }
    }

    static func layout(of file: FileBytes, _ directory: ZipDirectory) throws(Refusal) -> TensorLayout {
        let zip = try ZipArchive(file, directory)
        let arrays = zip.members.filter { $0.name.hasSuffix(suffix) }
        let stored = arrays.filter(\.isStored)
        guard !stored.isEmpty || arrays.isEmpty else { throw .odd("its members are compressed") }
        var tensors: [Tensor] = []
        var notes: [String] = []
        if stored.count < arrays.count {
            notes.append("\(arrays.count - stored.count) of \(arrays.count) members are compressed, and no tensors")
        }
        for member in stored {
            do {
                let array = try NumPyArray(file, in: member.range)
                let name = String(member.name.dropLast(suffix.count))
                tensors.append(Tensor(name: name, type: array.type, shape: array.shape, range: array.range))
            } catch .odd(let reason) {
                // The archive is sound, and the array no tensor; the notes of a million of them would be too long.
                if notes.count < 8 { notes.append("member \(member.name.quoted) is no tensor: \(reason)") }
            }
        }
        return try TensorLayout(.npz, of: file, tensors: tensors, notes: notes)
    }
}
