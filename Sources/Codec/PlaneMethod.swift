import ModelCore

/// How one plane is stored; the numbers are those of docs/formats.md.
enum PlaneMethod: UInt8 {
    /// The plane's bytes.
    case raw = 0
    /// One byte, which every byte of the plane equals.
    case constant = 1
    /// One zstd frame.
    case zstd = 2

    /// The number of bytes before the payloads of a word's planes.
    static func headerLength(_ width: ElementWidth) -> Int { 5 * width.byteCount }
}
