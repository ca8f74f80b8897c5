import Codec
import ModelCore
import Remotes
import Store
import SystemPackage
import Testing

@Suite("Hostile remotes")
struct HostileRemoteTests {
    // MARK: Formats

    @Test(arguments: [
        "git-model-store 2\nchunker fastcdc-1\n", "git-model-store 10\n",
        "git-model-store 1\nchunker fastcdc-1\nrequires: x\n",
        "git-model-store 1\nchunker fastcdc-1\nnovelty: x\n",
    ])
    func `a remote from the future is neither read nor written`(format: String) async throws {
        let sample = try await Sample()
        sample.site.remote[StoreLayout.format] = Array(format.utf8)
        let contents = sample.site.remote.contents
        var target = try Machine()
        let outcome = try await sample.fetch(to: &target, from: sample.site.remote, "\(format)")
        guard case .refused(.needsNewerVersion(sample.site.remote.name, StoreLayout.format, _)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        for isDry in [true, false] {
            let error = await #expect(throws: RemoteError.self) {
                let (source, remote) = (sample.source, sample.site.remote)
                _ =
                    isDry
                    ? try await source.dryPush(sample.pointers, to: remote)
                    : try await source.push(sample.pointers, to: remote, root: nil)
            }
            guard case .needsNewerVersion = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(sample.site.remote.contents == contents)
    }

    @Test(arguments: [
        "", "git-model-store 1", "PK\u{3}\u{4}", "git-model-store 1\n", "\n", "git-model-store 1\r\nchunker x\r\n",
    ])
    func `a remote whose format file is no such file is refused`(format: String) async throws {
        let sample = try await Sample()
        sample.site.remote[StoreLayout.format] = Array(format.utf8)
        let contents = sample.site.remote.contents
        var target = try Machine()
        let outcome = try await sample.fetch(to: &target, from: sample.site.remote, "\(format)")
        guard case .refused(.wrongContent(_, StoreLayout.format, _)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        await #expect(throws: RemoteError.self) {
            try await sample.source.push(sample.pointers, to: sample.site.remote)
        }
        #expect(sample.site.remote.contents == contents)
    }

    @Test
    func `a remote that asks for more of writers is read, and not written`() async throws {
        let sample = try await Sample()
        sample.site.remote[StoreLayout.format] = Array((StoreFormat().text + "requires-write: novelty\n").utf8)
        let contents = sample.site.remote.contents
        var target = try Machine()
        guard case .right = try await sample.fetch(to: &target, from: sample.site.remote, "requires-write") else {
            Issue.record("it was not read")
            return
        }
        let error = await #expect(throws: RemoteError.self) {
            try await sample.source.push([try await sample.source.add([7])], to: sample.site.remote)
        }
        guard case .needsNewerVersion(_, _, "novelty") = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(sample.site.remote.contents == contents)
    }

    @Test
    func `a place without a store is not found by a fetch and made by a push`() async throws {
        let (source, target, site) = (try Machine(), try Machine(), Site())
        let pointer = try await source.add([1, 2, 3])
        let error = await #expect(throws: RemoteError.self) { try await target.fetch([pointer], from: site.remote) }
        guard case .notFound(site.remote.name, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        try await source.push([pointer], to: site.remote)
        #expect(try StoreFormat(parsing: String(decoding: site.bytes(of: "format"), as: UTF8.self)) == StoreFormat())
    }

    // MARK: Indexes that lie

    /// How an entry differs from the truth.
    enum Lie: CaseIterable, Sendable {
        case packIsGone, packIsLonger, offsetIsBeyond, offsetIsBetween, recordIsLonger, recordIsShorter, rawIsOther
        case codecIsUnknown, kindIsOther, frameIsOther

        /// Returns the entry as it is told, and its pack.
        func told(_ frame: FrameLocation, _ pack: IndexContents.Pack) -> (FrameLocation, IndexContents.Pack) {
            var entry = frame.entry
            var (id, size, kind) = (pack.id, pack.size, pack.kind)
            switch self {
            case .packIsGone: id = SHA256.digest(of: Array(id.hex.utf8))
            case .packIsLonger:
                size = .max
                entry.offset = 4_000_000_000
            case .offsetIsBeyond:
                size += 10_000
                entry.offset = pack.size + 5000
            case .offsetIsBetween: entry.offset += 1
            case .recordIsLonger: entry.storedLength = min(entry.storedLength + 1, entry.rawLength)
            case .recordIsShorter: entry.storedLength -= 1
            case .rawIsOther: entry.rawLength += 1
            case .codecIsUnknown: entry.codec = 77
            case .kindIsOther: kind = kind == .data ? .metadata : .data
            case .frameIsOther: entry.id = SHA256.digest(of: Array(entry.id.hex.utf8))
            }
            let lie = IndexContents.Pack(id: id, size: size, kind: kind)
            return (FrameLocation(entry: entry, pack: id, base: frame.base), lie)
        }
    }

    private func told(_ lie: Lie, of index: IndexFile) throws -> IndexContents {
        var contents = IndexContents()
        for position in 0..<index.frameCount {
            let frame = try #require(index.frame(at: position))
            let pack = try #require(index.packs.first { $0.id == frame.pack })
            let (entry, liar) = lie.told(frame, pack)
            contents.add(entry, in: liar)
        }
        for position in 0..<index.objectCount { contents.add(index.object(at: position)) }
        return contents
    }

    @Test(arguments: Lie.allCases)
    func `an object index that lies costs nothing where the indexes tell the truth`(lie: Lie) async throws {
        let sample = try await Sample()
        for pointer in sample.pointers {
            let file = StoreLayout.objectIndex(pointer.oid)
            let index = try IndexFile(try sample.site.bytes(of: file), path: "hint")
            sample.site.remote[file] = try told(lie, of: index).encoded(as: .objectIndex)
        }
        var target = try Machine()
        let outcome = try await sample.fetch(to: &target, from: sample.site.remote, "\(lie)")
        guard case .right = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test(arguments: Lie.allCases, [true, false])
    func `indexes that lie are refused and leave nothing wrong`(lie: Lie, hasHints: Bool) async throws {
        let sample = try await Sample()
        for (file, index) in try sample.site.indexes() {
            sample.site.remove(file)
            sample.site.write(try told(lie, of: index))
        }
        if hasHints {
            for pointer in sample.pointers {
                let file = StoreLayout.objectIndex(pointer.oid)
                let index = try IndexFile(try sample.site.bytes(of: file), path: "hint")
                sample.site.remote[file] = try told(lie, of: index).encoded(as: .objectIndex)
            }
        } else {
            sample.site.remove("objects")
        }
        var target = try Machine()
        switch try await sample.fetch(to: &target, from: sample.site.remote, "\(lie)") {
        case .right: #expect([.codecIsUnknown, .kindIsOther].contains(lie), "only what nobody relies on may be wrong")
        case .missing: #expect(lie == .frameIsOther)
        case .refused(let error):
            #expect(![.codecIsUnknown, .kindIsOther].contains(lie), "\(error)")
            #expect(lie != .frameIsOther || hasHints, "\(error)")
            #expect(error.description.contains(".pack"), "\(error)")
        }
    }

    /// Returns an index of differences to each other, each listed many times, of which the first decodes against what
    /// is nowhere; `end` is the last, and comes first in the index.
    private func maze(levels: Int, copies: Int, to end: Digest, in site: Site) throws -> IndexContents {
        let index = try #require(try site.indexes().values.first)
        var entry = try #require(index.frame(at: 0)).entry
        let pack = IndexContents.Pack(id: SHA256.digest(of: [7]), size: 100_000, kind: .data)
        site.remote[StoreLayout.pack(pack.id)] = [UInt8](repeating: 0, count: Int(pack.size))
        let ids = (0..<255).map { SHA256.digest(of: [$0, 2]) }.filter { $0 > end }.prefix(levels) + [end]
        try #require(ids.count == levels + 1)
        var contents = IndexContents()
        for level in 1...levels {
            (entry.id, entry.depth, entry.storedLength) = (ids[level], UInt8(level), 1)
            for copy in 0..<copies {
                entry.offset = UInt32(1000 + 1000 * level + copy)
                contents.add(FrameLocation(entry: entry, pack: pack.id, base: ids[level - 1]), in: pack)
            }
        }
        return contents
    }

    @Test(arguments: [(40, 2), (4, 400)], [true, false])
    func `an index whose frames lead nowhere in very many ways is done with soon`(
        size: (levels: Int, copies: Int),
        isHint: Bool
    ) async throws {
        let sample = try await Sample()
        let bytes = try #require((0..<255).map { [$0, 1] }.min { SHA256.digest(of: $0) < SHA256.digest(of: $1) })
        let pointer = Pointer(oid: SHA256.digest(of: bytes), size: 2, kind: .file)
        let maze = try maze(levels: size.levels, copies: size.copies, to: pointer.oid, in: sample.site)
        if isHint {
            sample.site.remote[StoreLayout.objectIndex(pointer.oid)] = maze.encoded(as: .objectIndex)
        } else {
            sample.site.write(maze)
        }
        var target = try Machine()
        let report = try await target.fetch([pointer], from: sample.site.remote)
        #expect(report.missing == [pointer.oid])
        // What leads nowhere is no reason to send less, and hides nothing.
        #expect(try await sample.source.add(bytes) == pointer)
        try await sample.source.push([pointer], to: sample.site.remote)
        guard case .right = try await sample.fetch([pointer], to: &target, from: sample.site.remote, "maze") else {
            Issue.record("the object did not come")
            return
        }
    }

    @Test
    func `an index that lists packs that do not exist is no reason to send less`() async throws {
        let sample = try await Sample()
        let other = Site()
        for (file, bytes) in sample.site.remote.contents where !file.hasPrefix("packs/") { other.remote[file] = bytes }
        try sample.source.forgetRemotes()
        try await sample.source.push(sample.pointers, to: other.remote)
        #expect(try other.has(sample.pointers, as: sample.source))
        var target = try Machine()
        guard case .right = try await sample.fetch(to: &target, from: other.remote, "after the push") else {
            Issue.record("the objects did not come")
            return
        }
    }

    @Test
    func `an object index of another object or kind is no more than a hint`() async throws {
        let sample = try await Sample()
        let hints = try sample.pointers.map { try sample.site.bytes(of: StoreLayout.objectIndex($0.oid)) }
        let index = try sample.contents().encoded(as: .index)
        let lies = [
            hints[1], index, IndexContents().encoded(as: .objectIndex), IndexContents().encoded(as: .index), [],
        ]
        var target = try Machine()
        for (number, lie) in lies.enumerated() {
            let remote = TamperedRemote(sample.site.remote, [StoreLayout.objectIndex(sample.file.oid): lie])
            guard case .right = try await sample.fetch(to: &target, from: remote, "hint \(number)") else {
                Issue.record("hint \(number)")
                continue
            }
        }
    }

    @Test
    func `an object index among the indexes is refused by name`() async throws {
        let sample = try await Sample()
        sample.site.remove("index")
        let hint = try sample.site.bytes(of: StoreLayout.objectIndex(sample.file.oid))
        let file = StoreLayout.index(SHA256.digest(of: hint))
        sample.site.remote[file] = hint
        sample.site.remove("objects")
        var target = try Machine()
        let outcome = try await sample.fetch(to: &target, from: sample.site.remote, "\(file)")
        guard case .refused(.wrongContent(_, file, _)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test
    func `files that are no part of a store are passed over`() async throws {
        let sample = try await Sample()
        for file in [
            "README", "index/README", "index/abc.idx", "index/sub/x", "tomb/README", "packs/.DS_Store", "roots/x",
        ] {
            sample.site.remote[file] = [1, 2, 3]
        }
        sample.site.remove("objects")
        var target = try Machine()
        guard case .right = try await sample.fetch(to: &target, from: sample.site.remote, "strangers") else {
            Issue.record("the objects did not come")
            return
        }
        #expect(try await sample.source.push(sample.pointers, to: sample.site.remote).packCount == 0)
    }
}
