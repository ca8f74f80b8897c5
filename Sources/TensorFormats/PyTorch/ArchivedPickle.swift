/// What loading the pickle of a zip archive would import, whatever the archive is called.
///
/// `torch.load` takes each file that begins as an archive for one of its own, and looks at no name.
package enum ArchivedPickle: Hashable, Sendable {
    /// The file is no archive, or one that has no pickle where PyTorch looks for it.
    case absent
    /// The pickle was read; the warnings say what it imports that is no part of PyTorch, and where it was not
    /// understood to its end, and are fit to print.
    case read(warnings: [String])
    /// Whether there is a pickle, or what it imports, cannot be said; the reason is a clause that is fit to print.
    case opaque(reason: String)

    /// Reads the pickle of a file, and neither its storages nor anything else of it.
    ///
    /// Throws what the source throws, and nothing else.
    package static func of<Source: ByteSource & ~Copyable>(
        _ source: borrowing Source
    ) throws(Source.Failure) -> ArchivedPickle {
        try FileBytes.parse(source, found)
    }

    private static func found(in file: FileBytes) -> ArchivedPickle {
        do throws(Refusal) {
            let start = try file.read(min(file.byteCount, 4), at: 0, "its start")
            guard start == ZipArchive.magic || start == ZipArchive.emptyMagic else { return .absent }
            let directory = try ZipDirectory(file)
            guard PyTorchFile.isArchive(directory) else { return .absent }
            return .read(warnings: try PyTorchFile.warnings(of: file, directory))
        } catch .odd(let reason) {
            return .opaque(reason: reason)
        } catch {
            // The source's own error comes instead.
            return .opaque(reason: "it cannot be read")
        }
    }
}
