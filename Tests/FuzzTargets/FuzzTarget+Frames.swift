import Codec
import ModelCore
import TestSupport

extension FuzzTarget {
    /// The codecs: what nobody's encoder wrote is refused or decodes to the declared length; what is encoded comes
    /// back.
    static let frames: [FuzzTarget] = [
        FuzzTarget(name: "frame", seeds: FrameInput.seeds.map(\.bytes)) { bytes in
            guard let frame = FrameInput(bytes) else { return }
            try frame.decode()
        },
        FuzzTarget(name: "codec", seeds: FrameInput.contents) { bytes in
            guard bytes.count >= 3 else { return }
            let raw = Array(bytes[2...])
            let width = FrameInput.widths[Int(bytes[0]) % FrameInput.widths.count]
            // The second half of the bytes is the base of the first.
            let half = raw.count / 2
            if bytes[1] & 1 == 1, half > 0 {
                try roundTrip(Array(raw[..<half]), width: width, base: Array(raw[half..<(2 * half)]))
            } else {
                try roundTrip(raw, width: width, base: nil)
            }
        },
        FuzzTarget(name: "statistics", seeds: FrameInput.contents) { bytes in
            guard let first = bytes.first else { return }
            let type = DataType(rawValue: first % 24)
            let raw = Array(bytes[1...])
            let half = raw.count / 2
            raw.withUnsafeBytes { raw in
                _ = StatisticsAccumulator(raw, of: type)?.statistics
                let (new, old) = (raw[..<half], raw[half..<(2 * half)])
                _ =
                    ComparisonAccumulator(
                        UnsafeRawBufferPointer(rebasing: new),
                        base: UnsafeRawBufferPointer(rebasing: old),
                        of: type
                    )?.comparison
            }
        },
    ]

    private static func roundTrip(_ raw: [UInt8], width: ElementWidth, base: [UInt8]?) throws {
        let frame = FrameInput(raw, width: width, base: base)
        try require(frame.stored.count <= raw.count, "\(frame.codec) makes \(raw.count) bytes \(frame.stored.count)")
        try require(try frame.decode() == raw, "\(frame.codec) of width \(width) decodes to other bytes")
    }
}
