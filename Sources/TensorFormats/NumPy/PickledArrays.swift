/// Whether loading arrays of NumPy's format would load pickled Python objects, whatever the file is called.
///
/// `numpy.load` takes each file that begins as a zip archive for one of arrays, and where pickles are allowed there is
/// nothing that the elements of an array of objects cannot run.
package enum PickledArrays {
    /// The longest header that is looked into.
    private static let maximumHeaderByteCount: Int64 = 1 << 20
    private static let suffix = ".npy"

    /// Returns what loading the file may unpickle, or why nobody can say, as a clause that is fit to print; `nil` for
    /// arrays of numbers, and for files that are no arrays.
    ///
    /// Throws what the source throws, and nothing else.
    package static func objection<Source: ByteSource & ~Copyable>(
        to source: borrowing Source
    ) throws(Source.Failure) -> String? {
        try FileBytes.parse(source, found)
    }

    /// Whether NumPy takes a file that begins so for something else than a pickle.
    package static func isKnown(start: [UInt8]) -> Bool {
        start.starts(with: NumPyArray.magic) || start.starts(with: ZipArchive.magic)
            || start.starts(with: ZipArchive.emptyMagic)
    }

    private static func found(in file: FileBytes) -> String? {
        do throws(Refusal) {
            let start = try file.read(min(file.byteCount, 4), at: 0, "its start")
            guard start == ZipArchive.magic || start == ZipArchive.emptyMagic else {
                return try objection(toArrayIn: 0..<file.byteCount, of: file)
            }
            let directory = try ZipDirectory(file)
            // NumPy looks at what a member begins with, and not at its name; PyTorch's may be thousands, and large.
            let hasOtherMembers = PyTorchFile.isArchive(directory)
            for member in try ZipArchive(file, directory).members {
                let isNamed = member.name.lowercased().hasSuffix(suffix)
                if !member.isStored {
                    if isNamed { return "its member \(member.name.quoted) is compressed" }
                } else if isNamed || !hasOtherMembers,
                    let objection = try objection(toArrayIn: member.range, of: file)
                {
                    return "of its member \(member.name.quoted) \(objection)"
                }
            }
            return nil
        } catch .odd(let reason) {
            return reason
        } catch {
            // The source's own error comes instead.
            return "it cannot be read"
        }
    }

    /// Returns why not of one array; `nil` where the bytes are none.
    private static func objection(toArrayIn range: Range<Int64>, of file: FileBytes) throws(Refusal) -> String? {
        let magicEnd = range.lowerBound + Int64(NumPyArray.magic.count)
        guard magicEnd <= range.upperBound,
            try file.read(magicEnd - range.lowerBound, at: range.lowerBound, "its start") == NumPyArray.magic
        else { return nil }
        var cursor = FileCursor(file, magicEnd..<range.upperBound)
        let version = try cursor.integer(UInt8.self, "its version")
        _ = try cursor.integer(UInt8.self, "its version")
        let length =
            version == 1
            ? Int64(try cursor.integer(UInt16.self, "the length of its header"))
            : Int64(try cursor.integer(UInt32.self, "the length of its header"))
        guard length <= maximumHeaderByteCount else { throw .odd("its header is too long to be looked into") }
        let header = String(decoding: try cursor.bytes(length, "its header"), as: UTF8.self)
        // `O` and `object` are types of objects, also within structures, and a backslash may stand for any letter.
        let isOfObjects = header.contains("O") || header.contains("obj") || header.contains("\\")
        return isOfObjects ? "the header names a type of objects" : nil
    }
}
