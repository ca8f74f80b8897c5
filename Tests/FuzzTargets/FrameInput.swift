import Codec
import ModelCore
import TestSupport

/// A stored frame as the bytes of a seed: codec, width, raw length (4), length of the base (4), base, stored bytes.
struct FrameInput {
    static let widths: [ElementWidth] = [.opaque, .one, .two, .four, .eight]
    private static let codecs: [FrameCodec] = [.raw, .constant, .zstd, .planes, .deltaDifference, .deltaXor]
    /// More needs no other code, and would take longer.
    private static let maximumRawLength = 70_000

    let codec: FrameCodec
    let width: ElementWidth
    let rawLength: Int
    let base: [UInt8]?
    let stored: [UInt8]

    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 10 else { return nil }
        func integer(_ offset: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) } }
        codec = FrameInput.codecs[Int(bytes[0]) % FrameInput.codecs.count]
        width = FrameInput.widths[Int(bytes[1]) % FrameInput.widths.count]
        rawLength = integer(2) % FrameInput.maximumRawLength
        let rest = bytes.dropFirst(10)
        let base = Array(rest.prefix(integer(6)))
        self.base = codec.needsBase ? base : nil
        stored = Array(rest.dropFirst(base.count))
    }

    /// Encodes bytes; the base is kept only where the frame uses it.
    init(_ raw: [UInt8], width: ElementWidth, base: [UInt8]?) {
        var encoder = FrameEncoder()
        let (codec, stored) = raw.withUnsafeBytes { raw in
            FrameInput.with(base) { base in
                encoder.encode(raw, width: width, base: base) { ($0.codec, Array($0.stored)) }
            }
        }
        self.codec = codec
        self.width = width
        self.rawLength = raw.count
        self.base = codec.needsBase ? base : nil
        self.stored = stored
    }

    private static func with<R>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws -> R) rethrows -> R {
        guard let bytes else { return try body(nil) }
        return try bytes.withUnsafeBytes { try body($0) }
    }

    var bytes: [UInt8] {
        let codec = FrameInput.codecs.firstIndex(of: codec) ?? 0
        let width = FrameInput.widths.firstIndex(of: width) ?? 0
        return [UInt8(codec), UInt8(width)] + Little.endian(UInt32(rawLength)) + Little.endian(UInt32(base?.count ?? 0))
            + (base ?? []) + stored
    }

    /// Returns the decoded bytes, or `nil` where they are refused; throws where something was written outside of their
    /// place.
    @discardableResult
    func decode() throws -> [UInt8]? {
        let margin = 64
        var buffer = [UInt8](repeating: 0x5C, count: rawLength + 2 * margin)
        var decoder = FrameDecoder()
        let isDecoded = buffer.withUnsafeMutableBytes { buffer in
            let raw = UnsafeMutableRawBufferPointer(rebasing: buffer[margin..<margin + rawLength])
            return stored.withUnsafeBytes { stored in
                FrameInput.with(base) { base in
                    (try? decoder.decode(codec, width: width, stored, base: base, into: raw)) != nil
                }
            }
        }
        let isIntact = (buffer.prefix(margin) + buffer.suffix(margin)).allSatisfy { $0 == 0x5C }
        try require(isIntact, "the decoder wrote outside of its buffer")
        return isDecoded ? Array(buffer.dropFirst(margin).dropLast(margin)) : nil
    }

    /// Bytes as weights, text and noise have them, with what "codec" and "statistics" want to know before them.
    static let contents: [[UInt8]] = {
        var random = PseudoRandom(seed: 9)
        let weights = SafetensorsBytes([(name: "w", count: 600)], seed: 4).bytes
        var drifted = weights
        for position in stride(from: 0, to: drifted.count, by: 4) { drifted[position] ^= UInt8(random.next() & 3) }
        let specials: [UInt32] = [0, 1 << 31, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0001, 1, 0x7F7F_FFFF, 0x0080_0000]
        let bodies: [[UInt8]] = [
            [0], [1, 2, 3], [UInt8](repeating: 0, count: 300), random.bytes(700), random.skewedBytes(900),
            weights + drifted, specials.flatMap { Little.endian($0) },
            Array(String(repeating: "weights ", count: 40).utf8),
        ]
        return bodies.enumerated().flatMap { number, body in
            (0..<4).map { [UInt8((number + $0) % 24), UInt8($0)] + body }
        }
    }()

    /// Frames as the encoder makes them, and the attacks on zstd that a reader must refuse.
    static let seeds: [FrameInput] = {
        var seeds = contents.map { content in
            let half = content.count / 2
            let width = widths[Int(content[0]) % widths.count]
            return FrameInput(
                Array(content[half...].prefix(half)),
                width: width,
                base: Array(content[..<half].prefix(half))
            )
        }
        for width in widths { seeds += contents.map { FrameInput($0, width: width, base: nil) } }
        let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0]
        for seed in seeds where seed.codec == .zstd {
            seeds.append(FrameInput(seed, stored: seed.stored + skippable))
            seeds.append(FrameInput(seed, stored: seed.stored + seed.stored))
            seeds.append(FrameInput(seed, stored: skippable + seed.stored))
        }
        return seeds
    }()

    private init(_ other: FrameInput, stored: [UInt8]) {
        codec = other.codec
        width = other.width
        rawLength = other.rawLength
        base = other.base
        self.stored = stored
    }
}
