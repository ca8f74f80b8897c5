import ModelCore
import SystemIO
import SystemPackage
import TestSupport
import Testing

@testable import Store

/// Merging indexes without holding what they list.
struct IndexMergeTests {
    /// Frames of random names in a few packs of one kind; some have a base, and some come up in several indexes.
    private static func frames(_ count: Int, packs: [IndexContents.Pack], _ random: inout PseudoRandom)
        -> [FrameLocation]
    {
        (0..<count).map { number in
            let pack = packs[Int(random.next() % UInt64(packs.count))]
            let base = random.next() % 4 == 0 ? digest(&random) : nil
            let entry = FrameEntry(
                id: digest(&random),
                offset: UInt32(PackFormat.headerByteCount + 200 * (number % 100_000)),
                storedLength: 100,
                rawLength: 4096,
                codec: 3,
                flags: 0,
                elementWidth: 2,
                depth: base == nil ? 0 : 1,
                base: base == nil ? 0 : 1,
                pack: 0
            )
            return FrameLocation(entry: entry, pack: pack.id, base: base)
        }
    }

    private static func digest(_ random: inout PseudoRandom) -> Digest {
        Digest(words: (random.next(), random.next(), random.next(), random.next()))
    }

    private static func packs(_ count: Int, _ random: inout PseudoRandom) -> [IndexContents.Pack] {
        (0..<count).map { _ in IndexContents.Pack(id: digest(&random), size: 1 << 26, kind: .data) }
    }

    @Test(arguments: [1, 2, 9])
    func `A merged index is what one written from the same frames would be`(fileCount: Int) throws {
        var random = PseudoRandom(seed: UInt64(fileCount))
        let scratch = try ScratchStore()
        let packs = Self.packs(6, &random)
        let dropped = packs[0].id
        var whole = IndexContents()
        var files: [IndexFile] = []
        var shared: [FrameLocation] = []
        for number in 0..<fileCount {
            var contents = IndexContents()
            let frames = Self.frames(300, packs: packs, &random) + shared
            shared = Array(frames.prefix(20))
            for frame in frames {
                let pack = try #require(packs.first { $0.id == frame.pack })
                contents.add(frame, in: pack)
                if frame.pack != dropped { whole.add(frame, in: pack) }
            }
            for frame in frames.prefix(3) {
                let object = ObjectEntry(oid: Self.digest(&random), frame: frame.entry.id, size: 9, kind: .manifest)
                contents.add(object)
                if whole.contains(frame.entry.id) { whole.add(object) }
            }
            files.append(try IndexFile(contents.encoded(as: .index), path: FilePath("index-\(number)")))
        }
        let nonce = [UInt8](repeating: 5, count: 16)
        let merge = IndexMerge(files) { $0 != dropped }
        let path = try #require(try merge.write(in: scratch.root, beside: IndexSet([]), nonce: nonce))
        #expect(try DurableFile.read(path, limit: 1 << 24) == whole.encoded(as: .index, nonce: nonce))
        #expect(try IndexFile(path).computedID().hex == path.stem)
        #expect(try IndexMerge(files) { _ in false }.write(in: scratch.root, beside: IndexSet([])) == nil)
    }

    @Test func `An index whose entries go backwards is not merged`() throws {
        var random = PseudoRandom(seed: 77)
        let scratch = try ScratchStore()
        let packs = Self.packs(1, &random)
        var contents = IndexContents()
        for frame in Self.frames(2, packs: packs, &random) { contents.add(frame, in: packs[0]) }
        var bytes = contents.encoded(as: .index)
        // Both first entries' places: header, one pack, fan-out.
        let first = IndexContents.headerByteCount + IndexContents.Pack.byteCount + 1024
        let second = first + FrameEntry.byteCount
        let earlier = Array(bytes[first..<second])
        bytes.replaceSubrange(first..<second, with: bytes[second..<(second + FrameEntry.byteCount)])
        bytes.replaceSubrange(second..<(second + FrameEntry.byteCount), with: earlier)
        let file = try IndexFile(bytes, path: "index")
        #expect(throws: StoreError.self) {
            try IndexMerge([file]) { _ in true }.write(in: scratch.root, beside: IndexSet([]))
        }
        #expect(try scratch.files(in: "index").isEmpty)
    }

    /// A store of 40 TB in frames of 4 MiB.
    @Test(.enabled(if: Soak.isOn))
    func `Ten million frames take less than a gibibyte and are found at once`() throws {
        var random = PseudoRandom(seed: 10)
        let scratch = try ScratchStore()
        var wanted: [Digest] = []
        var paths: [FilePath] = []
        for _ in 0..<20 {
            let packs = Self.packs(30_000, &random)
            let sizes = Dictionary(uniqueKeysWithValues: packs.map { ($0.id, $0) })
            var contents = IndexContents()
            for frame in Self.frames(500_000, packs: packs, &random) {
                let pack = try #require(sizes[frame.pack])
                if wanted.count < 1000 { wanted.append(frame.entry.id) }
                contents.add(frame, in: pack)
            }
            try scratch.store.publish(contents)
        }
        paths = try scratch.files(in: "index").map { scratch.root.appending("index").appending($0) }
        let sizes = try paths.map { try #require(try FileStatus.of($0)).size }
        #expect(sizes.reduce(0, +) < 1 << 30)
        #expect(paths.count < 16)
        let clock = ContinuousClock()
        var store = scratch.store
        let opening = try clock.measure { store = try scratch.reopened() }
        let searching = clock.measure { for id in wanted { #expect(store.indexes.contains(id)) } }
        print(
            "opened \(paths.count) indexes of \(sizes.reduce(0, +)) bytes in \(opening), 1000 frames found in \(searching)"
        )
        #expect(opening < .seconds(1))
        #expect(searching < .seconds(1))
    }
}
