/// How a frame's stored bytes stand for its raw bytes; the numbers are those of docs/formats.md.
package enum FrameCodec: UInt8, Sendable {
    /// The raw bytes themselves.
    case raw = 0
    /// One byte, which every raw byte equals.
    case constant = 1
    /// One zstd frame (RFC 8878) with its content size, without checksum and dictionary.
    case zstd = 2
    /// The bytes of the rotated words, a plane for each place.
    case planes = 3
    /// Planes of the zigzag differences to the base's words.
    case deltaDifference = 4
    /// Planes of the exclusive or with the base's words.
    case deltaXor = 5

    /// The most raw bytes a frame may have; the fewest are one.
    package static let maximumRawLength = 4 << 20

    /// Whether a frame decodes only against its base.
    package var needsBase: Bool { self == .deltaDifference || self == .deltaXor }

    /// Whether a frame decodes only with its element width.
    package var hasPlanes: Bool { self == .planes || needsBase }
}
