import Codec
import ModelCore

/// Encodes and decodes the frames of one round, and adds up what that takes.
struct CodecRound: ~Copyable {
    private(set) var encoding = 0.0, decoding = 0.0
    private(set) var stored = 0
    private(set) var codecs: [FrameCodec: Int] = [:]

    private var encoder = FrameEncoder()
    private var decoder = FrameDecoder()
    private var plan: FramePlan?
    private var output = [UInt8](repeating: 0, count: FrameCodec.maximumRawLength)

    /// Forgets the round before.
    mutating func begin() {
        (encoding, decoding, stored, codecs, plan) = (0, 0, 0, [:], nil)
    }

    mutating func measure(
        _ frame: UnsafeRawBufferPointer,
        width: ElementWidth,
        base: UnsafeRawBufferPointer?,
        reusing: Bool
    ) throws {
        let start = ThreadClock.now()
        let (codec, usedWidth, bytes, plan) = encoder.encode(
            frame,
            width: width,
            base: base,
            plan: reusing ? plan : nil
        ) {
            encoding += ThreadClock.now() - start
            return ($0.codec, $0.width, Array($0.stored), $0.plan)
        }
        self.plan = plan
        stored += bytes.count
        codecs[codec, default: 0] += 1
        try bytes.withUnsafeBytes { bytes in
            try output.withUnsafeMutableBytes { output in
                let output = UnsafeMutableRawBufferPointer(rebasing: output[..<frame.count])
                let start = ThreadClock.now()
                try decoder.decode(codec, width: usedWidth, bytes, base: base, into: output)
                decoding += ThreadClock.now() - start
            }
        }
        guard output.starts(with: frame) else { throw BenchmarkError("a frame came back different") }
    }
}
