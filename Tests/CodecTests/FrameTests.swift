import Codec
import TestSupport
import Testing

struct FrameTests {
    /// Bytes of one kind and the codec they are to get.
    enum Content: String, CaseIterable, CustomTestStringConvertible {
        case constant
        case random
        case skewed
        case repeated

        var testDescription: String { rawValue }

        func bytes(_ count: Int) -> [UInt8] {
            var random = PseudoRandom(seed: UInt64(count))
            switch self {
            case .constant: return [UInt8](repeating: 0xA5, count: count)
            case .random: return random.bytes(count)
            case .skewed: return random.skewedBytes(count)
            case .repeated:
                let period = random.bytes(max(1, count / 4))
                return (0..<count).map { period[$0 % period.count] }
            }
        }
    }

    private func encode(_ raw: [UInt8]) -> (codec: FrameCodec, stored: [UInt8]) {
        var encoder = FrameEncoder()
        return raw.withUnsafeBytes { raw in encoder.encode(raw) { ($0.codec, Array($0.stored)) } }
    }

    /// Decodes into a buffer with guard bytes on both sides, which must stay as they are.
    private func decode(_ codec: FrameCodec, _ stored: [UInt8], rawLength: Int) throws -> [UInt8] {
        var decoder = FrameDecoder()
        var buffer = [UInt8](repeating: 0x5C, count: rawLength + 128)
        defer {
            #expect(buffer[..<64].allSatisfy { $0 == 0x5C } && buffer[(rawLength + 64)...].allSatisfy { $0 == 0x5C })
        }
        try buffer.withUnsafeMutableBytes { buffer in
            let raw = UnsafeMutableRawBufferPointer(rebasing: buffer[64..<rawLength + 64])
            try stored.withUnsafeBytes { try decoder.decode(codec, $0, into: raw) }
        }
        return Array(buffer[64..<rawLength + 64])
    }

    @Test(arguments: Content.allCases, [1, 2, 7, 8, 9, 1023, 65_537, 4 << 20])
    func `every frame comes back, stored in no more bytes than it has`(content: Content, count: Int) throws {
        let raw = content.bytes(count)
        let (codec, stored) = encode(raw)
        #expect(stored.count <= raw.count)
        #expect(try decode(codec, stored, rawLength: raw.count) == raw)
    }

    @Test(arguments: zip(Content.allCases, [FrameCodec.constant, .raw, .zstd, .zstd]))
    func `a frame gets the codec that suits it`(content: Content, codec: FrameCodec) {
        let (chosen, stored) = encode(content.bytes(1 << 20))
        #expect(chosen == codec)
        if codec == .constant { #expect(stored == [0xA5]) }
        if codec == .zstd { #expect(stored.count < (1 << 20) * 97 / 100) }
    }

    @Test(arguments: [0, 7, 8, 999])
    func `one byte that differs makes a frame not constant`(position: Int) throws {
        var raw = [UInt8](repeating: 0, count: 1000)
        raw[position] = 1
        let (codec, stored) = encode(raw)
        #expect(codec != .constant)
        #expect(try decode(codec, stored, rawLength: raw.count) == raw)
    }

    @Test
    func `an encoder and a decoder serve frame after frame, errors in between`() throws {
        var encoder = FrameEncoder()
        var decoder = FrameDecoder()
        for count in [100_000, 5, 200_000, 1] {
            let raw = Content.skewed.bytes(count)
            var output = [UInt8](repeating: 0, count: count)
            try raw.withUnsafeBytes { raw in
                try encoder.encode(raw) { frame in
                    try output.withUnsafeMutableBytes { output in
                        let cut = UnsafeRawBufferPointer(rebasing: frame.stored.dropLast())
                        #expect(throws: CodecError.self) { try decoder.decode(frame.codec, cut, into: output) }
                        try decoder.decode(frame.codec, frame.stored, into: output)
                    }
                }
            }
            #expect(output == raw)
        }
    }
}
