import Codec

/// What codecs are called in messages.
enum CodecName {
    /// Returns the name of the codec of that number.
    static func of(_ number: UInt8) -> String {
        switch FrameCodec(rawValue: number) {
        case .raw: "raw"
        case .constant: "constant"
        case .zstd: "zstd"
        case .planes: "planes"
        case .deltaDifference: "difference"
        case .deltaXor: "xor"
        case nil: "codec-\(number)"
        }
    }
}
