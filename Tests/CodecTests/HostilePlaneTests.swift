import Codec
import ModelCore
import TestSupport
import Testing

/// Planes that nobody's encoder wrote.
struct HostilePlaneTests {
    static let codecs: [FrameCodec] = [.planes, .deltaDifference, .deltaXor]

    /// A frame of 3 × 2 bytes and a tail: a constant plane, a raw one.
    private static func small(_ codec: FrameCodec) -> StoredFrame {
        StoredFrame(
            codec,
            .two,
            [1, 1, 0, 0, 0, 0, 3, 0, 0, 0, 7, 1, 2, 3, 9],
            base: codec.needsBase ? [1, 2, 3, 4, 5, 6, 7] : nil,
            rawLength: 7
        )
    }

    /// An encoded frame with zstd planes, for each codec.
    static let encoded: [StoredFrame] = {
        var encoder = FrameEncoder()
        let base = WordContent.weights.bytes(4099, .four, seed: 1)
        var (stepped, flipped) = (base, base)
        var random = PseudoRandom(seed: 2)
        for position in stride(from: 0, to: 4096, by: 4) {
            stepped[position] = base[position] &+ UInt8.random(in: 0..<3, using: &random)
            if random.next() % 4 == 0 { flipped[position + 3] ^= 0x80 }
        }
        let frames = [
            StoredFrame(base, width: .four, with: &encoder),
            StoredFrame(stepped, width: .four, base: base, with: &encoder),
            StoredFrame(flipped, width: .four, base: base, with: &encoder),
        ]
        precondition(frames.map(\.codec) == codecs, "the encoder chose \(frames.map(\.codec))")
        return frames
    }()

    private func error(_ frame: StoredFrame, _ change: (inout StoredFrame) -> Void) -> CodecError? {
        var frame = frame
        change(&frame)
        var decoder = FrameDecoder()
        do throws(CodecError) { _ = try frame.decoded(with: &decoder) } catch { return error }
        return nil
    }

    @Test(arguments: codecs)
    func `damaged headers give an error that says what is wrong`(codec: FrameCodec) {
        let frame = Self.small(codec)
        #expect(error(frame) { _ in } == nil)
        #expect(error(frame) { $0.width = .opaque } == .elementWidth(codec, .opaque))
        #expect(error(frame) { ($0.rawLength, $0.base) = (1, [1]) } == .elementWidth(codec, .two))
        #expect(error(frame) { $0.stored = [] } == .storedLength(codec, 0))
        #expect(error(frame) { $0.stored += [0] } == .storedLength(codec, 16))
        #expect(error(frame) { $0.stored[0] = 3 } == .malformed(codec, "plane method 3"))
        #expect(error(frame) { $0.stored[9] = 0xFF } == .malformed(codec, "a plane that ends behind the frame"))
        #expect(error(frame) { $0.stored[6] = 4 } == .malformed(codec, "a plane that ends behind the frame"))
        #expect(error(frame) { $0.stored[6] = 2 } == .malformed(codec, "a raw plane of another length"))
        #expect(error(frame) { $0.stored[5] = 1 } == .malformed(codec, "a constant plane of several bytes"))
        #expect(error(frame) { $0.stored[5] = 2 } == .storedLength(codec, 3))
        #expect(error(frame) { $0.stored[1] = 0 } == .malformed(codec, "a constant plane of several bytes"))
    }

    @Test
    func `a delta needs a base of its length`() {
        for codec in [FrameCodec.deltaDifference, .deltaXor] {
            let frame = Self.small(codec)
            #expect(error(frame) { $0.base = nil } == .baseLength(codec, nil))
            #expect(error(frame) { $0.base = [] } == .baseLength(codec, 0))
            #expect(error(frame) { $0.base?.removeLast() } == .baseLength(codec, 6))
            #expect(error(frame) { $0.base?.append(0) } == .baseLength(codec, 8))
        }
    }

    @Test(arguments: encoded)
    func `a frame cut anywhere, or of another length or width, is refused`(frame: StoredFrame) {
        for count in 0..<frame.stored.count {
            #expect(error(frame) { $0.stored.removeLast(frame.stored.count - count) } != nil)
        }
        for length in [1, 3, 4, 4095, 4096, 4098, 4100, 8198, FrameCodec.maximumRawLength] {
            let base = frame.base.map { _ in [UInt8](repeating: 0, count: length) }
            #expect(error(frame) { ($0.rawLength, $0.base) = (length, base) } != nil)
        }
        for width in [ElementWidth.one, .two, .eight] { #expect(error(frame) { $0.width = width } != nil) }
    }

    @Test(arguments: encoded)
    func `every flipped bit gives an error or bytes of the declared length`(frame: StoredFrame) {
        var decoder = FrameDecoder()
        var failureCount = 0
        for position in frame.stored.indices {
            // All bits where the structure is, one where Huffman codes are: those all look alike.
            for bit in position < 64 ? 0..<8 : position % 8..<position % 8 + 1 {
                var damaged = frame
                damaged.stored[position] ^= 1 << UInt8(bit)
                do {
                    let raw = try damaged.decoded(with: &decoder)
                    #expect(raw.count == frame.rawLength)
                } catch {
                    failureCount += 1
                }
            }
        }
        #expect(failureCount > 100)
    }
}

extension StoredFrame: CustomTestStringConvertible {
    var testDescription: String { "\(codec), \(rawLength) bytes" }
}
