import Codec
extension FrameDecoder {
    mutating func decode(_ codec: FrameCodec, width: Int, _ stored: UnsafeRawBufferPointer, base: UnsafeRawBufferPointer?, into raw: UnsafeMutableRawBufferPointer) throws(CodecError) {
        try decode(codec, stored, into: raw)
    }
}
