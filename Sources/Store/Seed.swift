package import ModelCore
package import SystemPackage

/// A file of this machine that may have frames which a store lacks, such as the old one in a working copy.
package struct Seed: Hashable, Sendable {
    /// Where the file is.
    package let path: FilePath
    /// What the file was when it was last hashed; nothing is taken on its word but which files are worth reading.
    package let object: Pointer

    /// Creates a seed from a file that hashed to `object`.
    package init(path: FilePath, object: Pointer) {
        self.path = path
        self.object = object
    }
}
