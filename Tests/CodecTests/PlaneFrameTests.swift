import Codec
import ModelCore
import TestSupport
import Testing

/// Frames with an element width, with and without a base.
struct PlaneFrameTests {
    static let widths: [ElementWidth] = [.one, .two, .four, .eight]

    /// A base for some bytes: a few words moved by small steps, others by far.
    private func base(for raw: [UInt8], seed: UInt64) -> [UInt8] {
        var random = PseudoRandom(seed: seed)
        return raw.map { byte in
            switch random.next() % 8 {
            case 0: byte &+ 1
            case 1: byte &- 3
            case 2: UInt8(truncatingIfNeeded: random.next())
            default: byte
            }
        }
    }

    @Test(arguments: WordContent.allCases, widths)
    func `short frames with odd tails come back`(content: WordContent, width: ElementWidth) throws {
        var encoder = FrameEncoder()
        var decoder = FrameDecoder()
        for count in 1...70 {
            let raw = content.bytes(count, width, seed: UInt64(count))
            for base in [nil, base(for: raw, seed: 9), raw] {
                let frame = StoredFrame(raw, width: width, base: base, with: &encoder)
                #expect(frame.stored.count <= count)
                #expect(try frame.decoded(with: &decoder) == raw)
            }
        }
    }

    @Test(arguments: WordContent.allCases, widths)
    func `long frames come back, by each other's plans too`(content: WordContent, width: ElementWidth) throws {
        var encoder = FrameEncoder()
        var decoder = FrameDecoder()
        for count in [4099, 65_536 + 3] {
            let raw = content.bytes(count, width, seed: UInt64(count))
            let base = base(for: raw, seed: 8)
            let plans = [nil] + WordContent.allCases.map { plan($0, width, &encoder) }
            for plan in count == 4099 ? plans : [nil] {
                for base in [nil, base] {
                    let frame = StoredFrame(raw, width: width, base: base, plan: plan, with: &encoder)
                    #expect(frame.stored.count <= count)
                    #expect(try frame.decoded(with: &decoder) == raw)
                }
            }
        }
    }

    private func plan(_ content: WordContent, _ width: ElementWidth, _ encoder: inout FrameEncoder) -> FramePlan? {
        let raw = content.bytes(20_000, width, seed: 77)
        return raw.withUnsafeBytes { raw in encoder.encode(raw, width: width) { $0.plan } }
    }

    @Test(arguments: [ElementWidth.two, .eight])
    func `a frame of four mebibytes comes back`(width: ElementWidth) throws {
        var encoder = FrameEncoder()
        var decoder = FrameDecoder()
        let part = WordContent.weights.bytes(1 << 16, width, seed: 5)
        let raw = Array(repeatElement(part, count: 64).joined())
        let frame = StoredFrame(raw, width: width, with: &encoder)
        #expect(frame.codec != .raw)
        #expect(try frame.decoded(with: &decoder) == raw)
    }

    @Test(arguments: [
        (WordContent.weights, ElementWidth.two, FrameCodec.planes), (.weights, .four, .planes),
        (.weights, .eight, .planes),
        (.constantWord, .four, .planes), (.random, .four, .raw), (.integers, .eight, .planes),
    ])
    func `a frame gets the codec that suits it`(content: WordContent, width: ElementWidth, codec: FrameCodec) {
        var encoder = FrameEncoder()
        let raw = content.bytes(1 << 18, width, seed: 3)
        let frame = StoredFrame(raw, width: width, with: &encoder)
        #expect(frame.codec == codec)
        #expect(frame.width == (codec == .planes ? width : .opaque))
        // Bytes of one base are as good as random: nobody depends on it.
        #expect(
            StoredFrame(raw, width: width, base: WordContent.random.bytes(1 << 18, width, seed: 4), with: &encoder)
                == frame
        )
    }

    @Test(arguments: [ElementWidth.two, .four, .eight])
    func `small steps from the base are stored as differences, single bits as exclusive or`(width: ElementWidth) throws
    {
        var encoder = FrameEncoder()
        var decoder = FrameDecoder()
        let base = WordContent.weights.bytes(1 << 18, width, seed: 3)
        var random = PseudoRandom(seed: 1)
        var (stepped, flipped) = (base, base)
        for position in stride(from: 0, to: base.count, by: width.byteCount) {
            // A carry moves many bits; a sign moves the difference far, but is one bit.
            stepped.addToWord(at: position, width, Int64.random(in: -3...3, using: &random))
            if random.next() % 2 == 0 { flipped[position + width.byteCount - 1] ^= 0x80 }
        }
        for (raw, codec) in [(stepped, FrameCodec.deltaDifference), (flipped, .deltaXor)] {
            let frame = StoredFrame(raw, width: width, base: base, with: &encoder)
            #expect(frame.codec == codec)
            #expect(frame.base == base)
            #expect(try frame.decoded(with: &decoder) == raw)
            #expect(StoredFrame(raw, width: width, base: base.dropLast(), with: &encoder).codec == .planes)
        }
    }

    @Test
    func `fp32 that holds bf16 values costs what bf16 costs`() throws {
        var encoder = FrameEncoder()
        let short = WordContent.weights.bytes(1 << 17, .two, seed: 3)
        let long = stride(from: 0, to: short.count, by: 2).flatMap { [0, 0, short[$0], short[$0 + 1]] as [UInt8] }
        let first = StoredFrame(short, width: .two, with: &encoder)
        let second = StoredFrame(long, width: .four, with: &encoder)
        // Rotated, a wide word has its sign in the lowest plane: the sign takes its bit of entropy there, not above.
        #expect(second.codec == .planes)
        #expect(second.stored.count < first.stored.count + first.rawLength / 14 + 64)
    }

    @Test
    func `a plan goes from frame to frame until one does not suit it`() throws {
        var encoder = FrameEncoder()
        let weights = WordContent.weights.bytes(1 << 18, .four, seed: 1)
        let plan = plan(.weights, .four, &encoder)
        func next(_ raw: [UInt8]) -> FramePlan? {
            raw.withUnsafeBytes { raw in encoder.encode(raw, width: .four, plan: plan) { $0.plan } }
        }
        #expect(next(weights) == plan)
        #expect(next(WordContent.random.bytes(1 << 18, .four, seed: 2)) != plan)
    }
}

extension [UInt8] {
    /// Adds to the little-endian word at an offset, wrapping.
    fileprivate mutating func addToWord(at offset: Int, _ width: ElementWidth, _ number: Int64) {
        var word: UInt64 = 0
        for index in 0..<width.byteCount { word |= UInt64(self[offset + index]) << UInt64(8 * index) }
        word &+= UInt64(bitPattern: number)
        for index in 0..<width.byteCount { self[offset + index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * index)) }
    }
}
