/// What a run made.
package struct RunOutput: Sendable, Hashable, Codable {
    /// The artifact's path, from the top of the repository.
    package let path: String
    /// The artifact's oid, as its pointer has it.
    package let oid: String
    /// The size in bytes.
    package let size: Int64

    /// Creates a note of an output.
    package init(path: String, oid: String, size: Int64) {
        self.path = path
        self.oid = oid
        self.size = size
    }
}
