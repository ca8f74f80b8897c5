/// Pickles for tests, by opcode.
package struct PickleSample {
    package var bytes: [UInt8] = [0x80, 2]

    package init() {}

    package static func repeated(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        for _ in 0..<count { result += bytes }
        return result
    }

    package static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }
    package static func text(_ text: String) -> [UInt8] {
        [0x58] + Little.endian(UInt32(text.utf8.count)) + Array(text.utf8)
    }
    package static func integer(_ value: Int32) -> [UInt8] { [0x4A] + Little.endian(value) }
    package static func long(_ value: Int64) -> [UInt8] { [0x8A, 8] + Little.endian(value) }
    package static func tuple(_ elements: [[UInt8]]) -> [UInt8] { [0x28] + elements.flatMap { $0 } + [0x74] }

    /// A reference to a storage.
    package static func storage(_ key: String, _ type: String = "FloatStorage", count: Int64) -> [UInt8] {
        tuple([text("storage"), global("torch", type), text(key), text("cpu"), long(count)]) + [0x51]
    }

    /// A tensor in a storage, as PyTorch 1 and 2 write it.
    package static func tensor(
        _ storage: [UInt8],
        offset: Int64 = 0,
        shape: [Int64],
        strides: [Int64],
        function: String = "_rebuild_tensor_v2",
        more: [[UInt8]] = []
    ) -> [UInt8] {
        let arguments = [storage, long(offset), tuple(shape.map(long)), tuple(strides.map(long)), [0x89]]
        let hooks = global("collections", "OrderedDict") + [0x29, 0x52]
        return global("torch._utils", function) + tuple(arguments + [hooks] + more) + [0x52]
    }

    /// A dictionary.
    package static func dictionary(_ items: [(String, [UInt8])]) -> [UInt8] {
        [0x7D, 0x28] + items.flatMap { text($0.0) + $0.1 } + [0x75]
    }

    /// An archive of a pickle of that value, and of storages.
    package static func archive(_ value: [UInt8], _ storages: [(key: String, byteCount: Int)]) -> ZipSample {
        var pickle = PickleSample()
        pickle.bytes += value + [0x2E]
        var sample = ZipSample([.init("m/data.pkl", pickle.bytes), .init("m/byteorder", Array("little".utf8))])
        for storage in storages {
            var member = ZipSample.Member("m/data/\(storage.key)", [UInt8](repeating: 1, count: storage.byteCount))
            member.padding = 13
            sample.members.append(member)
        }
        sample.members.append(.init("m/version", Array("3\n".utf8)))
        return sample
    }

    /// Two storages: one of a matrix and a view of it, the other of a tensor that is not all of it.
    package static let small = archive(
        dictionary([
            ("a", tensor(storage("0", count: 6), shape: [2, 3], strides: [3, 1])),
            ("a.row", tensor(storage("0", count: 6), offset: 3, shape: [3], strides: [1])),
            ("b", tensor(storage("1", "HalfStorage", count: 8), offset: 1, shape: [2, 2], strides: [2, 1])),
        ]),
        [("0", 24), ("1", 16)]
    )
}
