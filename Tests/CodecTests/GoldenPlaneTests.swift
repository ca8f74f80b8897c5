import Codec
import ModelCore
import Testing

/// Stored bytes written by hand from docs/formats.md: they may never come to mean something else.
struct GoldenPlaneTests {
    /// A frame, and what it is to decode to.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let frame: StoredFrame
        let raw: [UInt8]

        init(
            _ description: String,
            _ codec: FrameCodec,
            _ width: ElementWidth,
            _ stored: [UInt8],
            base: [UInt8]? = nil,
            is raw: [UInt8]
        ) {
            testDescription = description
            frame = StoredFrame(codec, width, stored, base: base, rawLength: raw.count)
            self.raw = raw
        }
    }

    static let cases: [Case] = [
        Case("bytes, rotated", .planes, .one, [0, 3, 0, 0, 0, 0x03, 0xFE, 0x00], is: [0x81, 0x7F, 0x00]),
        // 0x3F80 and 0xBF81 rotate to 0x7F00 and 0x7F03.
        Case(
            "a raw plane and a constant one, and a tail",
            .planes,
            .two,
            [0, 2, 0, 0, 0, 1, 1, 0, 0, 0, 0x00, 0x03, 0x7F, 0x55],
            is: [0x80, 0x3F, 0x81, 0xBF, 0x55]
        ),
        // 0x3F800000 rotates to 0x7F000000, 0xBF800000 to 0x7F000001.
        Case(
            "four planes, three of them constant",
            .planes,
            .four,
            [0, 2, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0x7F, 1, 2, 3],
            is: [0, 0, 0x80, 0x3F, 0, 0, 0x80, 0xBF, 1, 2, 3]
        ),
        // 0x8000000000000001 rotates to 3.
        Case(
            "eight planes of one word",
            .planes,
            .eight,
            (0..<8).flatMap { _ in [0, 1, 0, 0, 0] as [UInt8] } + [3, 0, 0, 0, 0, 0, 0, 0],
            is: [1, 0, 0, 0, 0, 0, 0, 0x80]
        ),
        // The base's 0x0010 and 0x0010 rotate to 0x20; zigzag 3 is −2, zigzag 4 is 2: 0x1E and 0x22.
        Case(
            "a difference down and one up",
            .deltaDifference,
            .two,
            [0, 2, 0, 0, 0, 1, 1, 0, 0, 0, 3, 4, 0, 0xEE],
            base: [0x10, 0, 0x10, 0, 0xAA],
            is: [0x0F, 0, 0x11, 0, 0xEE]
        ),
        // 0 − 1 wraps: zigzag 1 from the base's 0 is 0xFF, which rotates back to 0xFF.
        Case("a difference that wraps", .deltaDifference, .one, [1, 1, 0, 0, 0, 1], base: [0, 0], is: [0xFF, 0xFF]),
        // The lowest bit of a rotated word is the sign.
        Case(
            "a sign flipped by exclusive or",
            .deltaXor,
            .two,
            [1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0],
            base: [0x80, 0x3F, 0x80, 0xBF],
            is: [0x80, 0xBF, 0x80, 0x3F]
        ),
        // RFC 8878: magic; single segment with a content size of one byte; a last block of run length, 5 times 0x02.
        Case(
            "a zstd plane",
            .planes,
            .one,
            [2, 10, 0, 0, 0, 0x28, 0xB5, 0x2F, 0xFD, 0x20, 5, 0x2B, 0, 0, 0x02],
            is: [1, 1, 1, 1, 1]
        ),
    ]

    @Test(arguments: cases)
    func `stored bytes mean what the specification says`(golden: Case) throws {
        var decoder = FrameDecoder()
        #expect(try golden.frame.decoded(with: &decoder) == golden.raw)
    }

    @Test
    func `planes that are raw or constant are written as specified`() {
        var encoder = FrameEncoder()
        // 64 words of fp32, whose upper planes are constant: 0x3F800000 + i rotates to 0x7F000000 + 2 i.
        let raw = (0..<64).flatMap { [$0, 0, 0x80, 0x3F] as [UInt8] }
        let frame = StoredFrame(raw + [9], width: .four, with: &encoder)
        let header: [UInt8] = [0, 64, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0]
        #expect(frame.codec == .planes)
        #expect(frame.stored == header + (0..<64).map { 2 * $0 } + [0, 0, 0x7F, 9])
    }

    @Test
    func `differences and exclusive ors are written as specified`() {
        var encoder = FrameEncoder()
        let base = WordContent.random.bytes(1024, .four, seed: 8)
        var flipped = base
        for position in stride(from: 3, to: 1024, by: 4) { flipped[position] ^= 0x80 }
        let constant: [UInt8] = [1, 1, 0, 0, 0]
        let header = Array(repeatElement(constant, count: 4).joined())
        #expect(
            StoredFrame(flipped, width: .four, base: base, with: &encoder)
                == StoredFrame(.deltaXor, .four, header + [1, 0, 0, 0], base: base, rawLength: 1024)
        )
        // One more in every word is two more in the rotated one, and four in zigzag.
        let counted = Array((0..<255).map { [UInt8($0), 1, 2, 3] }.joined())
        let next = Array((0..<255).map { [UInt8($0) + 1, 1, 2, 3] }.joined())
        #expect(
            StoredFrame(next, width: .four, base: counted, with: &encoder)
                == StoredFrame(.deltaDifference, .four, header + [4, 0, 0, 0], base: counted, rawLength: 1020)
        )
    }
}
