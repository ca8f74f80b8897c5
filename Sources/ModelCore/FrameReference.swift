/// One frame of a segment: its name and how many bytes it decodes to.
package struct FrameReference: Hashable, Sendable {
    /// The most bytes that a frame holds, 4 MiB.
    package static let maximumByteCount = 4 << 20

    /// The SHA-256 of the frame's raw bytes.
    package let id: Digest
    /// The number of raw bytes, 1 to `maximumByteCount`.
    package let byteCount: Int

    /// Creates a reference to the frame `id` of `byteCount` raw bytes.
    package init(id: Digest, byteCount: Int) {
        self.id = id
        self.byteCount = byteCount
    }
}
