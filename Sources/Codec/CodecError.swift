package import ModelCore

/// Why stored bytes are no frame of the length they are said to have.
package enum CodecError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The raw length is zero or above the limit.
    case rawLength(Int)
    /// The codec needs another number of stored bytes.
    case storedLength(FrameCodec, Int)
    /// The codec does not go with the element width, or the frame is shorter than an element.
    case elementWidth(FrameCodec, ElementWidth)
    /// The codec needs a base that is exactly as long as the frame; `nil` is no base at all.
    case baseLength(FrameCodec, Int?)
    /// The stored bytes are not what the codec writes.
    case malformed(FrameCodec, String)

    /// One line for a message.
    package var description: String {
        switch self {
        case .rawLength(let length): "a frame cannot have \(length) bytes"
        case .storedLength(let codec, let length): "a frame of codec \(codec) cannot be stored as \(length) bytes"
        case .elementWidth(let codec, let width): "a frame of codec \(codec) cannot have elements of width \(width)"
        case .baseLength(let codec, let length?): "a frame of codec \(codec) cannot have a base of \(length) bytes"
        case .baseLength(let codec, nil): "a frame of codec \(codec) needs its base"
        case .malformed(let codec, let reason): "the frame's \(codec) bytes are damaged: \(reason)"
        }
    }
}
