/// Something outside the repository that a run used or made, as whoever recorded it says.
package struct RunReference: Sendable, Hashable, Codable {
    /// Where it is: a URL, an image, a path of another machine.
    package let uri: String
    /// The digest with its algorithm in front; `nil` where none was given.
    package let digest: String?

    /// Creates a reference.
    package init(uri: String, digest: String?) {
        self.uri = uri
        self.digest = digest
    }
}
