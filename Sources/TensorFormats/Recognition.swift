/// What a file turned out to be.
package enum Recognition: Hashable, Sendable {
    /// A model file whose tensors are known.
    case layout(TensorLayout)
    /// A model file that is not understood, or whose bytes are not quite what its format says; the reason begins with
    /// the name of the format and is fit to print.
    case opaque(reason: String)
    /// No format that has tensors.
    case unknown

    /// Recognizes a file by its first bytes and its name, of which only what follows the last full stop counts.
    ///
    /// Reads the file's headers only, and at most 128 MiB at once. Throws what the source throws, and nothing else:
    /// whatever is odd about the bytes makes the file opaque.
    package static func of<Source: ByteSource & ~Copyable>(
        _ source: borrowing Source,
        named name: String
    ) throws(Source.Failure) -> Recognition {
        try FileBytes.parse(source) { recognize($0, named: name) }
    }
}
