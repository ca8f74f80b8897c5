import Codec
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
        let path = try #require(try merge.write(in: scratch.root, nonce: nonce) { _ in false })
        #expect(try DurableFile.read(path, limit: 1 << 24) == whole.encoded(as: .index, nonce: nonce))
        #expect(try IndexFile(path).computedID().hex == path.stem)
        #expect(try IndexMerge(files) { _ in false }.write(in: scratch.root) { _ in false } == nil)
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
            try IndexMerge([file]) { _ in true }.write(in: scratch.root) { _ in false }
        }
        #expect(try scratch.files(in: "index").isEmpty)
    }

    @Test func `What an index lists of its packs is read when a pack is looked for`() throws {
        var random = PseudoRandom(seed: 3)
        let packs = Self.packs(300, &random)
        var contents = IndexContents()
        let frames = Self.frames(900, packs: packs, &random)
        for frame in frames { contents.add(frame, in: try #require(packs.first { $0.id == frame.pack })) }
        let used = Set(frames.map(\.pack))
        var bytes = contents.encoded(as: .index)
        let file = try IndexFile(bytes, path: "index")
        #expect(Set(file.packs.map(\.id)) == used && file.packCount == used.count)
        for pack in packs { #expect(file.pack(pack.id) == (used.contains(pack.id) ? pack : nil)) }
        #expect(file.pack(Self.digest(&random)) == nil)
        // Of a kind that this version does not know.
        let newer = try #require(file.packs.first)
        bytes[IndexContents.headerByteCount + 36] = 9
        let opened = try IndexFile(bytes, path: "index")
        #expect(opened.packCount == used.count && opened.pack(newer.id) == nil)
        for frame in frames { #expect(opened.copies(of: frame.entry.id).isEmpty == (frame.pack == newer.id)) }
        #expect(throws: StoreError.self) { try opened.verify() }
    }

    @Test func `An index whose packs are not in order is damaged`() throws {
        var random = PseudoRandom(seed: 4)
        let packs = Self.packs(2, &random).sorted { $0.id < $1.id }
        var contents = IndexContents()
        for frame in Self.frames(20, packs: packs, &random) {
            contents.add(frame, in: frame.pack == packs[0].id ? packs[0] : packs[1])
        }
        var bytes = contents.encoded(as: .index)
        let start = IndexContents.headerByteCount
        let first = Array(bytes[start..<(start + IndexContents.Pack.byteCount)])
        bytes.replaceSubrange(start..<(start + IndexContents.Pack.byteCount), with: bytes[(start + 40)..<(start + 80)])
        bytes.replaceSubrange((start + 40)..<(start + 80), with: first)
        let checksum = bytes.dropLast(IndexContents.trailerByteCount).withUnsafeBytes { CRC32C.checksum($0) }
        bytes.replaceSubrange(
            (bytes.count - IndexContents.trailerByteCount)...,
            with: IndexContents.trailer(checksum: checksum)
        )
        let file = try IndexFile(bytes, path: "index")
        let error = #expect(throws: StoreError.self) { try file.verify() }
        #expect("\(error.map { "\($0)" } ?? "")".contains("its packs are not in order"))
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
        #expect(opening < .milliseconds(200))
        #expect(searching < .seconds(1))
    }
}
