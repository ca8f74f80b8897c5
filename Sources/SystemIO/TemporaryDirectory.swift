package import SystemPackage

/// A directory that is removed, with everything in it, when its value ends.
package struct TemporaryDirectory: ~Copyable {
    /// The directory.
    package let path: FilePath

    /// Makes a directory inside another, which is made where it is missing; whoever finds one that a killed process
    /// left knows it by its name.
    package init(in parent: FilePath) throws(IOError) {
        let path = TemporaryFile.path(beside: parent.appending("directory"))
        try Directories.create(path, permissions: 0o700, durable: false)
        self.path = path
    }

    deinit { try? Directories.removeTree(path) }
}
