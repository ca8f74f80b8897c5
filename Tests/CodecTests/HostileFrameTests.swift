import Codec
import TestSupport
import Testing

/// Stored bytes that nobody's encoder wrote.
struct HostileFrameTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let codec: FrameCodec
        let stored: [UInt8]
        let rawLength: Int
        let error: CodecError
    }

    private static let raw: [UInt8] = {
        var random = PseudoRandom(seed: 3)
        return random.skewedBytes(5000)
    }()

    private static let frame: [UInt8] = {
        var encoder = FrameEncoder()
        return raw.withUnsafeBytes { raw in
            encoder.encode(raw) { frame in
                precondition(frame.codec == .zstd)
                return Array(frame.stored)
            }
        }
    }()

    private static func changed(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes = frame
        change(&bytes)
        return bytes
    }

    /// A skippable frame (RFC 8878, 3.1.2) of no bytes.
    private static let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0]

    static let cases: [Case] = [
        Case("a raw frame that is short", .raw, [1, 2], 3, .storedLength(.raw, 2)),
        Case("a raw frame that is long", .raw, [1, 2, 3, 4], 3, .storedLength(.raw, 4)),
        Case("a constant of no byte", .constant, [], 3, .storedLength(.constant, 0)),
        Case("a constant of two bytes", .constant, [1, 1], 3, .storedLength(.constant, 2)),
        Case("a frame of nothing", .constant, [1], 0, .rawLength(0)),
        Case("a frame above the limit", .constant, [1], (4 << 20) + 1, .rawLength((4 << 20) + 1)),
        Case("zstd of nothing", .zstd, [], 5000, .storedLength(.zstd, 0)),
        Case(
            "zstd cut inside its header",
            .zstd,
            Array(frame.prefix(6)),
            5000,
            .malformed(.zstd, "another content size")
        ),
        Case(
            "zstd cut by a byte",
            .zstd,
            frame.dropLast(),
            5000,
            .malformed(.zstd, "cut or followed by other bytes")
        ),
        Case("zstd and a byte", .zstd, frame + [0], 5000, .malformed(.zstd, "cut or followed by other bytes")),
        Case("zstd twice", .zstd, frame + frame, 5000, .malformed(.zstd, "cut or followed by other bytes")),
        Case(
            "zstd and a skippable frame",
            .zstd,
            frame + skippable,
            5000,
            .malformed(.zstd, "cut or followed by other bytes")
        ),
        Case("a skippable frame", .zstd, skippable, 5000, .malformed(.zstd, "another content size")),
        Case("zstd of more than is declared", .zstd, frame, 4999, .malformed(.zstd, "another content size")),
        Case("zstd of less than is declared", .zstd, frame, 5001, .malformed(.zstd, "another content size")),
        Case(
            "zstd with a checksum flag",
            .zstd,
            changed { $0[4] |= 4 },
            5000,
            .malformed(.zstd, "checksum or dictionary flag")
        ),
        Case(
            "zstd with a dictionary",
            .zstd,
            changed { $0[4] |= 1 },
            5000,
            .malformed(.zstd, "checksum or dictionary flag")
        ),
        Case("another magic number", .zstd, changed { $0[0] ^= 1 }, 5000, .malformed(.zstd, "another content size")),
    ]

    @Test(arguments: cases)
    func `damaged bytes give an error that says what is wrong`(hostile: Case) {
        var decoder = FrameDecoder()
        var output = [UInt8](repeating: 0, count: hostile.rawLength)
        #expect(throws: hostile.error) {
            try output.withUnsafeMutableBytes { output in
                try hostile.stored.withUnsafeBytes { try decoder.decode(hostile.codec, $0, into: output) }
            }
        }
    }
}

extension HostileFrameTests.Case {
    fileprivate init(
        _ description: String,
        _ codec: FrameCodec,
        _ stored: [UInt8],
        _ rawLength: Int,
        _ error: CodecError
    ) {
        self.init(testDescription: description, codec: codec, stored: stored, rawLength: rawLength, error: error)
    }
}
