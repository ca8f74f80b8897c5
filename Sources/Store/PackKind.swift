/// What the frames of a pack hold, so that metadata is read without touching weights.
package enum PackKind: UInt8, Sendable, CaseIterable {
    /// The bytes of artifacts.
    case data = 1
    /// Manifests and tree listings.
    case metadata = 2
}
