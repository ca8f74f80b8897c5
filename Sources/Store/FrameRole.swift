import ModelCore

/// What a frame is to the object that it is of, which decides how it is stored.
struct FrameRole: Sendable {
    /// The pack that the frame goes to.
    let kind: PackKind
    /// The type of the frame's elements, `bytes` where it has none.
    let type: DataType
    /// The same stretch of the same tensor in an earlier version, of the same length.
    let base: FrameReference?
    /// The same in the version that this one is compared with, which may be an earlier one.
    let earlier: FrameReference?

    /// Bytes of an artifact that are no tensor's.
    static let data = FrameRole(kind: .data, type: .bytes, base: nil, earlier: nil)
    /// Manifests and listings.
    static let metadata = FrameRole(kind: .metadata, type: .bytes, base: nil, earlier: nil)
}
