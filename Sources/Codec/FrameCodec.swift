/// How a frame's stored bytes stand for its raw bytes; the numbers are those of docs/formats.md.
package enum FrameCodec: UInt8, Sendable {
    /// The raw bytes themselves.
    case raw = 0
    /// One byte, which every raw byte equals.
    case constant = 1
    /// One zstd frame (RFC 8878) with its content size, without checksum and dictionary.
    case zstd = 2

    /// The most raw bytes a frame may have; the fewest are one.
    package static let maximumRawLength = 4 << 20
}

/// Why stored bytes are no frame of the length they are said to have.
package enum CodecError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The raw length is zero or above the limit.
    case rawLength(Int)
    /// The codec needs another number of stored bytes.
    case storedLength(FrameCodec, Int)
    /// The stored bytes are not what the codec writes.
    case malformed(FrameCodec, String)

    /// One line for a message.
    package var description: String {
        switch self {
        case .rawLength(let length): "a frame cannot have \(length) bytes"
        case .storedLength(let codec, let length): "a frame of codec \(codec) cannot be stored as \(length) bytes"
        case .malformed(let codec, let reason): "the frame's \(codec) bytes are damaged: \(reason)"
        }
    }
}
