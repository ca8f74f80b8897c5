import FuzzTargets
import ModelCore
import TensorFormats
import Testing

struct ONNXSignatureTests {
    private typealias Sample = ONNXSample

    private static func signature(_ graph: [UInt8]) throws -> ModelSignature {
        try ONNXSignature.of(MemorySource(Sample.model(graph))).get()
    }

    @Test func `Inputs and outputs have names, types and dimensions, and weights among them are left out`() throws {
        let batch = Sample.dimension(named: "batch")
        let graph =
            Sample.value(11, "x", Sample.tensorType(1, [batch, Sample.dimension(3), Sample.bytes(1, [])]))
            + Sample.value(11, "w", Sample.tensorType(1, [Sample.dimension(2)]))
            + Sample.value(11, "sparse", Sample.tensorType(1, []))
            + Sample.value(11, "scalar", Sample.tensorType(7, []))
            + Sample.value(11, "rank", Sample.bytes(1, Sample.number(1, 8)))
            + Sample.bytes(5, Sample.tensor("w", 1, [2], Sample.bytes(9, [UInt8](repeating: 0, count: 8))))
            + Sample.bytes(15, Sample.bytes(1, Sample.tensor("sparse", 1, [2], [])))
            + Sample.value(12, "y", Sample.tensorType(16, [batch, Sample.dimension(UInt64(bitPattern: -1))]))
            + Sample.value(12, "all", Sample.bytes(4, [])) + Sample.value(12, "pairs", Sample.bytes(5, []))
            + Sample.value(12, "new", Sample.bytes(1, Sample.number(1, 99)))
        let signature = try Self.signature(graph)
        #expect(signature.inputs.map(\.name) == ["x", "scalar", "rank"])
        #expect(signature.inputs.map(\.dtype) == ["float32", "int64", "string"])
        #expect(signature.inputs.map(\.shape) == [[.named("batch"), .fixed(3), .free], [], nil])
        #expect(signature.outputs.map(\.name) == ["y", "all", "pairs", "new"])
        #expect(signature.outputs.map(\.dtype) == ["bfloat16", "sequence", "map", "unknown"])
        #expect(signature.outputs.first?.shape == [.named("batch"), .free])
        #expect(try ModelSignature(parsing: signature.json) == signature)
    }

    @Test func `A graph without either takes and gives nothing`() throws {
        let signature = try Self.signature([])
        #expect(signature.inputs.isEmpty && signature.outputs.isEmpty)
    }

    private static let hostile: [(reason: String, bytes: [UInt8])] = [
        ("it has no graph", []),
        ("two graphs", Sample.model([]) + Sample.model([])),
        ("occurs twice", Sample.model(Sample.value(11, "x", []) + Sample.value(11, "x", []))),
        ("of another type", Sample.model(Sample.number(11, 1))),
        ("of another type", Sample.model(Sample.bytes(11, Sample.number(1, 1)))),
        ("a dimension is of another type", input(Sample.tensorType(1, [Sample.number(1, 1)]))),
        ("too many dimensions", input(Sample.tensorType(1, many))),
        ("more than 1024", Sample.model((0..<1025).flatMap { Sample.value(12, "v\($0)", []) })),
        ("a name is longer", Sample.model(Sample.value(11, String(repeating: "x", count: 2000), []))),
        ("a field ends behind", [0x3A, 0x7F, 1]),
    ]

    private static func input(_ type: [UInt8]) -> [UInt8] { Sample.model(Sample.value(11, "x", type)) }

    private static let many = [[UInt8]](repeating: Sample.dimension(1), count: 65)

    @Test(arguments: hostile.indices)
    func `A model that breaks a rule has no signature, and says why`(number: Int) throws {
        guard case .failure(let error) = try ONNXSignature.of(MemorySource(Self.hostile[number].bytes)) else {
            Issue.record("it has a signature")
            return
        }
        #expect(error.description.contains(Self.hostile[number].reason), "\(error)")
    }

    @Test func `What the source throws is thrown`() {
        var source = MemorySource(Sample.model([]))
        source.isBroken = true
        #expect(throws: MemorySource.Failure.self) { try ONNXSignature.of(source) }
    }
}
