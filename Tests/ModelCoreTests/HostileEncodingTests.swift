import ModelCore
import Testing

/// Encodings that nobody's writer made; what they are cut or changed to is in `FuzzTargets`.
struct HostileEncodingTests {
    /// Counts and lengths far beyond the bytes that follow, as varints.
    static let beyond: [(String, [UInt8])] = [
        ("number of segments", [0xff, 0xff, 0xff, 0x01]),
        ("number of segments over its limit", [0xff, 0xff, 0xff, 0xff, 0x0f]),
        ("length of a name", [1, 0, 0xff, 0xff, 0x03]),
        ("length of a name over its limit", [1, 0, 0xff, 0xff, 0xff, 0xff, 0x7f]),
        ("rank", [1, 0, 0, 0, 0xff, 0xff, 0x03]),
        ("dimension without an end", [1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        ("length of inline bytes", [1, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        ("number of frames", [1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0xff, 0x7f]),
        ("number of frames over its limit", [1, 0, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    ]

    @Test(arguments: beyond)
    func `Counts far beyond what follows are refused`(what: String, tail: [UInt8]) {
        var bytes = Array("gmmanif\n".utf8) + [1, 3]
        bytes += tail
        #expect(throws: FormatError.self, "\(what)") {
            try bytes.withUnsafeBytes { try Manifest.segments(ofPart: $0, covering: .max) }
        }
    }
}
