import FuzzTargets
import TensorFormats
import Testing

/// What is found out about the pickle of an archive that may have anything else wrong with it.
struct ArchivedPickleTests {
    private typealias Sample = PickleSample

    private struct Case: Sendable {
        let name: String
        let pickle: ArchivedPickle
        let change: @Sendable (inout ZipSample) -> Void
    }

    private static let warned = ArchivedPickle.read(
        warnings: ["its pickle imports \"posix.system\", and loading it may run that"]
    )

    /// An archive of one storage that runs a program when it is loaded.
    private static let program = Sample.archive(
        Sample.global("posix", "system") + Sample.tuple([Sample.text("id")]) + [0x52],
        [("0", 24)]
    )

    private static let cases = [
        Case(name: "as it is", pickle: warned) { _ in },
        Case(name: "with a storage that is compressed", pickle: warned) { $0.members[2].method = 8 },
        Case(name: "of big-endian numbers", pickle: warned) { $0.members[1].bytes = Array("big".utf8) },
        Case(name: "with what Keras saves", pickle: warned) { $0.members.append(.init("a.weights.h5", [1])) },
        Case(name: "with an array", pickle: warned) { $0.members.append(.init("a.npy", [1])) },
        Case(name: "in capitals", pickle: warned) { $0.members[0].name = "M/Data.PKL" },
        Case(name: "compressed", pickle: .opaque(reason: "its data.pkl is compressed or longer than 67108864 bytes")) {
            $0.members[0].method = 8
        },
        Case(name: "beside another", pickle: .opaque(reason: "it has several members data.pkl")) {
            $0.members.append(.init("n/DATA.pkl", [0x80, 2, 0x4E, 0x2E]))
        },
        Case(name: "twice", pickle: .opaque(reason: "the member \"m/data.pkl\" occurs twice")) {
            $0.members.append($0.members[0])
        },
        Case(name: "encrypted", pickle: .opaque(reason: "member \"m/data.pkl\" is encrypted")) {
            $0.members[0].flags = 1
        },
        Case(name: "gone", pickle: .absent) { $0.members.removeFirst() },
    ]

    @Test(arguments: cases.indices)
    func `What a pickle imports is known, or it is known that it is not`(number: Int) throws {
        let (pickle, change) = (Self.cases[number].pickle, Self.cases[number].change)
        var sample = Self.program
        change(&sample)
        #expect(try ArchivedPickle.of(MemorySource(sample.file)) == pickle, "\(Self.cases[number].name)")
    }

    @Test func `A pickle that contradicts its storages imports no more than another`() throws {
        let bytes = Sample.archive(Sample.storage("9", count: 1), [("0", 24)]).file
        #expect(try Recognition.of(bytes: bytes, named: "a.pt").reason != nil)
        #expect(try ArchivedPickle.of(MemorySource(bytes)) == .read(warnings: []))
        #expect(try ArchivedPickle.of(MemorySource(Sample.small.file)) == .read(warnings: []))
    }

    @Test(arguments: [[], [1, 2, 3], Array("PK are letters".utf8), [0x80, 2, 0x4E, 0x2E]])
    func `What begins as no archive has no pickle in it`(bytes: [UInt8]) throws {
        #expect(try ArchivedPickle.of(MemorySource(bytes)) == .absent)
    }

    @Test func `A read that fails is the source's own error`() {
        var source = MemorySource(Sample.small.file)
        source.isBroken = true
        #expect(throws: MemorySource.Failure()) { try ArchivedPickle.of(source) }
    }
}
