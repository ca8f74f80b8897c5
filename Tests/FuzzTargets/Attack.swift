import TensorFormats

/// Bytes that somebody may have made to hurt a reader, as seeds; the tests of each parser say what it makes of such
/// files.
enum Attack {
    /// Lengths and counts far beyond the bytes that follow, overlaps, holes, products that overflow, nesting.
    static let safetensors: [[UInt8]] =
        [
            #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#,
            #"{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"U8","shape":[4294967296,4294967297],"data_offsets":[0,4294967296]}}"#,
            #"{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]},"a":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[2,5]}}"#,
            #"{"../a\u0000\u202e":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]}}"#,
            String(repeating: #"{"a":"#, count: 300), #"{"a":{"shape":\#(String(repeating: "[", count: 300))"#,
        ].map { SafetensorsSample.file($0, dataByteCount: 8) }
        + [Little.endian(UInt64.max) + [0x7B], Little.endian(UInt64(99_999_999)) + Array(#"{"a":{"#.utf8)]

    static let gguf: [[UInt8]] = {
        func changed(_ change: (inout GGUFSample) -> Void) -> [UInt8] {
            var sample = GGUFSample.small
            change(&sample)
            return sample.file
        }
        return [
            changed { $0.tensorCount = .max }, changed { $0.pairCount = 1 << 40 }, changed { $0.version = 3 << 24 },
            changed { $0.pairs = [GGUFSample.pair("a", 9, GGUFSample.array(8, 1 << 63, []))] },
            changed { $0.pairs = [GGUFSample.pair("a", 9, GGUFSample.array(9, 1, GGUFSample.array(9, 1, [])))] },
            changed { $0.pairs = [GGUFSample.pair("general.alignment", 4, Little.endian(UInt32(0)))] },
            changed { $0.pairs = [Little.endian(UInt64.max) + [1]] },
            changed { $0.tensors = [.init("a", [1 << 62, 1 << 62], 2, at: 0)] },
            changed { $0.tensors = [.init("a", [64], 0, at: .max - 31), .init("b", [-1], 0, at: 0)] },
            changed { $0.tensors = [.init("a", [64], 0, at: 0), .init("a", [64], 1, at: 32)] },
        ]
    }()

    static let npy: [[UInt8]] = [
        NumPySample.array(NumPySample.header("|O", "(1,)"), [0]),
        NumPySample.array(NumPySample.header("<f8", "(9223372036854775807, 9)"), []),
        NumPySample.array(NumPySample.header(">i2", "(-1, 0)"), [0, 0]),
        NumPySample.array("{'descr': [('a', '<f4'), ('b', '<i2', (3,))], 'shape': (1,)}", [0], version: 3),
        NumPySample.array(String(repeating: "(", count: 500), [], version: 2),
        Array(NumPySample.small.prefix(8)) + [0xFF, 0xFF], [0x93] + Array("NUMPY".utf8) + [2, 0, 255, 255, 255, 255],
    ]

    static let zip: [[UInt8]] = {
        func changed(_ change: (inout ZipSample) -> Void) -> [UInt8] {
            var sample = NumPySample.archive
            change(&sample)
            return sample.file
        }
        return [
            NumPySample.largeArchive.file,
            changed { $0.members[1].claimedOffset = 0 }, changed { $0.members[0].claimedByteCount = .max >> 1 },
            changed { $0.members[0].localName = "../b.npy" }, changed { $0.members[1].name = "a.npy" },
            changed { $0.members[0].flags = 1 }, changed { $0.members[0].method = 8 },
            changed { $0.members[0].flags = 8 },
            changed { $0.claimedCount = 60_000 }, changed { ($0.hasLargeEnd, $0.claimedCount) = (true, .max) },
            changed { ($0.hasLargeEnd, $0.claimedDirectoryOffset) = (true, .max - 3) },
            changed { ($0.hasLargeEnd, $0.claimedDirectoryByteCount) = (true, .max) },
            changed { $0.comment = [UInt8](repeating: 0x50, count: 400) },
        ]
    }()

    static let pytorch: [[UInt8]] = {
        let matrix = PickleSample.storage("0", count: 6)
        let values: [[UInt8]] = [
            PickleSample.global("posix", "system") + PickleSample.tuple([PickleSample.text("id")]) + [0x52],
            PickleSample.tensor(matrix, offset: .max, shape: [2, 3], strides: [3, 1]),
            PickleSample.tensor(matrix, shape: [.max, .max], strides: [.max, -1]),
            PickleSample.tensor(PickleSample.storage("0", count: .max / 2), shape: [2], strides: [1]),
            PickleSample.dictionary([
                ("a", PickleSample.tensor(matrix, shape: [6], strides: [1])),
                (
                    "b",
                    PickleSample.tensor(PickleSample.storage("0", "DoubleStorage", count: 3), shape: [3], strides: [1])
                ),
            ]),
            // Marks, memo entries and duplicates without end.
            PickleSample.repeated([0x28], 300), [0x5D] + PickleSample.repeated([0x32, 0x61], 200),
            [0x5D, 0x71, 0, 0x68, 0, 0x61], PickleSample.repeated([0x5D], 300) + PickleSample.repeated([0x61], 299),
            [0x8E] + Little.endian(UInt64.max), [0x72] + Little.endian(UInt32.max), [0x6A] + Little.endian(UInt32.max),
            [0x95] + Little.endian(UInt64.max), [0x8B] + Little.endian(Int32(-1)),
        ]
        return values.map { PickleSample.archive($0, [("0", 24)]).file }
            + [PickleSample.archive(values[1], []).file]
    }()

    static let onnx: [[UInt8]] = {
        var nested = ONNXSample.bytes(1, [])
        for _ in 0..<60 { nested = ONNXSample.bytes(1, ONNXSample.bytes(5, ONNXSample.bytes(6, nested))) }
        return [
            ONNXSample.model(nested),
            ONNXSample.model(ONNXSample.bytes(5, ONNXSample.tensor("a", 1, [.max, .max], []))),
            ONNXSample.model(
                ONNXSample.bytes(5, ONNXSample.tensor("a", 1, [9], ONNXSample.external("../../etc/passwd")))
            ),
            ONNXSample.model(
                ["-1", "9223372036854775807", "8", "x"].flatMap { offset in
                    ONNXSample.bytes(5, ONNXSample.tensor("a", 1, [9], ONNXSample.external("w", offset: offset)))
                }
            ),
            ONNXSample.varint(7 << 3 | 2) + ONNXSample.varint(.max), [0x3A] + [UInt8](repeating: 0xFF, count: 11),
        ]
    }()

    /// Listings that nobody's writer made: paths that lead elsewhere, twice the same, out of order.
    static let listings: [[UInt8]] = ["../a", "/a", ".git/a", "a/../b", "a/.GIT~1", "", "a\u{0}b", "b"].map { path in
        let line = "644 1 sha256:\(String(repeating: "0", count: 64)) "
        return Array("git-model-tree 1\n\(line)a\u{0}\(line)\(path)\u{0}".utf8)
    }

    static let json: [[UInt8]] = [
        String(repeating: "[", count: 3000), #"{"a":1,"a":2}"#, #""\ud800\udc00 \ud800""#, "1e999", "-0", "01",
        #"[9223372036854775807,-9223372036854775808,9223372036854775808]"#, "\u{FEFF}{}", "[1,]", "\"\u{7F}\u{0}\"",
    ].map { Array($0.utf8) }

    /// Counts and lengths far beyond the bytes that follow, as varints.
    static let manifestParts: [[UInt8]] = [
        [0xFF, 0xFF, 0xFF, 0x01], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [1, 0, 0xFF, 0xFF, 0x03],
        [1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [1, 0, 0, 0, 0xFF, 0xFF, 0x03],
        [1, 0, 0, 0, 1] + [UInt8](repeating: 0xFF, count: 10), [1, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
        [1, 0, 0, 0, 0, 5, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
    ].map { Array("gmmanif\n".utf8) + [1, 3] + $0 }

    /// Paths, versions, queries and trailers.
    static let texts: [[UInt8]] = [
        "weights/model.safetensors", "a/../b", ".git/x", "a/.GiT", "git~1", ".g\u{200C}it", "a//b", "a/",
        "\"a\\\\b\\n\"",
        "v1.2.3-rc.1+build.5", "v18446744073709551616.0.0", "1.0.0-01", "sentiment@v1.0.0", "a/b@latest", "a@b@c",
        "HEAD~1",
        "Model: sentiment\nVersion: 1.0.0\nArtifact: a.bin file sha256:\(String(repeating: "0", count: 64)) 3\n",
    ].map { Array($0.utf8) }
}
