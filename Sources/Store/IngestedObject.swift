package import ModelCore
package import SystemIO

/// An object whose bytes are in the session's packs.
package struct IngestedObject: Sendable {
    /// The SHA-256 of the object's bytes.
    package let oid: Digest
    /// The object's size in bytes.
    package let size: Int64
    /// What the file was when it was read, for the stat cache; `nil` for an object that was no file.
    package let status: FileStatus?
    /// The wall-clock time in ns just before the first byte was read, for the stat cache's rule on racy files.
    package let readAt: Int64
    /// Why the file's tensors are not known, or what whoever loads it should know first; may be empty.
    package let note: String
    /// The tensors beside those of an earlier version; empty where there is none to compare with.
    let tensors: [ComparedTensor]
}
