/// The bytes in one word of a frame, which says how a codec may take the frame apart.
package enum ElementWidth: UInt8, Hashable, Sendable {
    /// No words: bytes without a known structure.
    case opaque = 0
    /// Integers and floats of 8 bits.
    case one = 1
    /// Integers and floats of 16 bits.
    case two = 2
    /// Integers and floats of 32 bits.
    case four = 4
    /// Integers and floats of 64 bits.
    case eight = 8

    /// Creates the width of the numbers that a tensor of this type is made of; a complex number is two of them.
    ///
    /// Types of less than a byte, GGUF's blocks and types of a later version are opaque.
    package init(of type: DataType) {
        switch type.elementWidth {
        case 1: self = .one
        case 2: self = .two
        case 4: self = .four
        case 8: self = type == .c64 ? .four : .eight
        case 16: self = .eight
        default: self = .opaque
        }
    }

    /// The number of bytes, 0 where there are no words.
    package var byteCount: Int { Int(rawValue) }
}
