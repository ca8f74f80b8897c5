import Codec
import Glibc
import ModelCore

/// What went wrong, for people.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Encodes, decodes and describes a file, frame by frame on one thread, and prints the best of several rounds.
struct Benchmark {
    private static let rounds = 5
    private static let frameLength = FrameCodec.maximumRawLength

    private let type: DataType
    private let raw: [UInt8]
    private let base: [UInt8]?

    init(typeName: String, paths: [String]) throws {
        guard let type = (UInt8.min...127).lazy.map(DataType.init(rawValue:)).first(where: { $0.name == typeName })
        else { throw BenchmarkError("no type is called \(typeName)") }
        self.type = type
        raw = try Benchmark.read(paths[0])
        base = paths.count > 1 ? try Benchmark.read(paths[1]) : nil
    }

    mutating func run() throws {
        print("\(type.name), \(raw.count) bytes; stored / raw, MB/s of processor time, best of \(Benchmark.rounds)")
        try measureCodec("zstd", width: .opaque, base: nil, reusing: false)
        let width = ElementWidth(of: type)
        try measureCodec("chosen", width: width, base: nil, reusing: false)
        try measureCodec("planned", width: width, base: nil, reusing: true)
        if let base {
            try measureCodec("chosen, base", width: width, base: base, reusing: false)
            try measureCodec("planned, base", width: width, base: base, reusing: true)
        }
        measureStatistics()
    }

    /// Measures encoding and decoding; with `reusing`, each frame gets the plan of the one before it.
    private func measureCodec(_ label: String, width: ElementWidth, base: [UInt8]?, reusing: Bool) throws {
        var codec = CodecRound()
        var (encoding, decoding) = (Double.infinity, Double.infinity)
        for _ in 0..<Benchmark.rounds {
            codec.begin()
            for range in frames {
                try raw.withUnsafeBytes { raw in
                    try base.withOptionalBytes { base in
                        let frame = UnsafeRawBufferPointer(rebasing: raw[range])
                        let base = base.map { UnsafeRawBufferPointer(rebasing: $0[range]) }
                        try codec.measure(frame, width: width, base: base, reusing: reusing)
                    }
                }
            }
            encoding = min(encoding, codec.encoding)
            decoding = min(decoding, codec.decoding)
        }
        let ratio = Double(codec.stored) / Double(raw.count)
        let names = codec.codecs.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key)" }
        print(
            "\(label): \(ratio.rounded(to: 4)), encode \(speed(encoding)), decode \(speed(decoding));",
            names.joined(separator: ", ")
        )
    }

    private func measureStatistics() {
        var (describing, comparing) = (Double.infinity, Double.infinity)
        var (statistics, comparison) = (StatisticsAccumulator(), ComparisonAccumulator())
        for _ in 0..<Benchmark.rounds {
            (statistics, comparison) = (StatisticsAccumulator(), ComparisonAccumulator())
            raw.withUnsafeBytes { raw in
                let start = ThreadClock.now()
                for range in frames {
                    let frame = UnsafeRawBufferPointer(rebasing: raw[range])
                    StatisticsAccumulator(frame, of: type).map { statistics.append($0) }
                }
                let middle = ThreadClock.now()
                base.withOptionalBytes { base in
                    for range in base == nil ? [] : frames {
                        let frame = UnsafeRawBufferPointer(rebasing: raw[range])
                        let base = UnsafeRawBufferPointer(rebasing: (base ?? raw)[range])
                        ComparisonAccumulator(frame, base: base, of: type).map { comparison.append($0) }
                    }
                }
                describing = min(describing, middle - start)
                comparing = min(comparing, ThreadClock.now() - middle)
            }
        }
        print("statistics: \(speed(describing)); \(statistics.statistics)")
        if base != nil { print("comparison: \(speed(comparing)); \(comparison.comparison)") }
    }

    private func speed(_ seconds: Double) -> Int { Int(Double(raw.count) / seconds / 1e6) }

    private var frames: [Range<Int>] {
        stride(from: 0, to: raw.count, by: Benchmark.frameLength).map {
            $0..<min(raw.count, $0 + Benchmark.frameLength)
        }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw BenchmarkError("\(path) cannot be opened") }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        let length = ftell(file)
        rewind(file)
        return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            count = fread(buffer.baseAddress, 1, length, file)
        }
    }
}

extension Optional<[UInt8]> {
    fileprivate func withOptionalBytes<R>(_ body: (UnsafeRawBufferPointer?) throws -> R) rethrows -> R {
        guard let self else { return try body(nil) }
        return try self.withUnsafeBytes { try body($0) }
    }
}

extension Double {
    fileprivate func rounded(to digits: Int) -> Double {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        return (self * scale).rounded() / scale
    }
}
