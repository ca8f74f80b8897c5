import ModelCore

/// Walks the payloads of a frame of planes, believing none of its lengths.
struct PlaneReader {
    let stored: UnsafeRawBufferPointer
    let codec: FrameCodec

    private let tailLength: Int
    private var header = 0
    private var payload: Int

    init(_ stored: UnsafeRawBufferPointer, _ codec: FrameCodec, _ width: ElementWidth, tailLength: Int) {
        self.stored = stored
        self.codec = codec
        self.tailLength = tailLength
        payload = PlaneMethod.headerLength(width)
    }

    /// Returns the next plane's method and stored bytes; to be called once for each byte of a word.
    mutating func next() throws(CodecError) -> (PlaneMethod, UnsafeRawBufferPointer) {
        guard payload + tailLength <= stored.count else { throw .storedLength(codec, stored.count) }
        guard let method = PlaneMethod(rawValue: stored[header]) else {
            throw .malformed(codec, "plane method \(stored[header])")
        }
        let length = Int(UInt32(littleEndian: stored.loadUnaligned(fromByteOffset: header + 1, as: UInt32.self)))
        guard length <= stored.count - tailLength - payload else {
            throw .malformed(codec, "a plane that ends behind the frame")
        }
        defer {
            header += 5
            payload += length
        }
        return (method, UnsafeRawBufferPointer(rebasing: stored[payload..<payload + length]))
    }

    /// Returns what follows the planes, which has to be the tail and nothing else.
    func tail() throws(CodecError) -> UnsafeRawBufferPointer {
        guard stored.count - payload == tailLength else { throw .storedLength(codec, stored.count) }
        return UnsafeRawBufferPointer(rebasing: stored[payload...])
    }
}
