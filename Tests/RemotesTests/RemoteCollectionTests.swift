import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// Garbage collection in a remote, by a clock that the tests turn.
@Suite("Collection of a remote's garbage")
struct RemoteCollectionTests {
    /// A remote with two versions of a tree that share a file, of which a root names one only, and garbage of a push
    /// that was killed.
    private struct Place {
        let source: Machine
        let site = Site()
        let kept: Pointer
        let dropped: Pointer
        let unfinished: Pointer

        init() async throws {
            source = try Machine()
            var random = PseudoRandom(seed: 7)
            let shared = random.bytes(300_000)
            kept = try await source.addTree(["shared": shared, "own": random.bytes(40_000)])
            try await source.push([kept], to: site.remote)
            dropped = try await source.addTree(["shared": shared, "other": random.bytes(50_000)])
            try await source.push([dropped], to: site.remote)
            unfinished = try await source.add(random.bytes(60_000))
            try await source.push([unfinished], to: site.remote, root: nil)
        }

        /// Takes the root of `dropped` back.
        func retire() throws {
            let root = try #require(Machine.rootRecord(of: [dropped]))
            site.remove(StoreLayout.root(root.id))
        }

        var remote: MemoryRemote { site.remote }
    }

    @Test func `what a root names stays, and nothing else, once two days have passed`() async throws {
        let place = try await Place()
        try place.retire()
        let packs = place.site.packs().count
        let young = try await place.source.collect(in: place.remote)
        #expect(young.buried.isEmpty && young.deleted.isEmpty && young.recentCount > 0)
        place.remote.wait(hours: 25)
        let first = try await place.source.collect(in: place.remote)
        #expect(!first.buried.isEmpty && first.deleted.isEmpty)
        #expect(place.site.packs().count == packs)
        #expect(place.site.files(in: "tomb").count == first.buried.count)
        place.remote.wait(hours: 23)
        let early = try await place.source.collect(in: place.remote)
        #expect(early.buried.isEmpty && early.deleted.isEmpty && early.waiting.count == first.buried.count)
        place.remote.wait(hours: 2)
        let second = try await place.source.collect(in: place.remote)
        #expect(Set(second.deleted.map(\.id)) == Set(first.buried.map(\.id)))
        #expect(place.site.packs().count == packs - first.buried.count)
        #expect(place.site.files(in: "tomb").isEmpty && place.site.files(in: "probe").isEmpty)
        #expect(try place.site.has([place.kept], as: place.source))
        let left = Set(place.site.packs())
        #expect(try place.site.indexes().values.flatMap(\.packs).allSatisfy { left.contains($0.id) })
        #expect(place.remote[StoreLayout.objectIndex(place.dropped.oid)] == nil)
        let target = try Machine()
        #expect(try await target.fetch([place.kept], from: place.remote).missing.isEmpty)
        #expect(try target.has([place.kept]))
        #expect(try await target.fetch([place.dropped], from: place.remote).missing == [place.dropped.oid])
    }

    @Test func `who pushes again what is buried sends it under another name, and it stays`() async throws {
        let place = try await Place()
        try place.retire()
        place.remote.wait(hours: 25)
        try await place.source.collect(in: place.remote)
        #expect(try await place.source.push([place.dropped], to: place.remote).packCount > 0)
        place.remote.wait(hours: 25)
        try await place.source.collect(in: place.remote)
        #expect(try place.site.has([place.kept, place.dropped], as: place.source))
        let target = try Machine()
        #expect(try await target.fetch([place.kept, place.dropped], from: place.remote).missing.isEmpty)
    }

    @Test(arguments: [false, true])
    func `what a root needs of a buried pack is copied before that goes`(isFlat: Bool) async throws {
        let place = try await Place()
        let remote: any Remote = isFlat ? FlatRemote(place.remote) : place.remote
        // As by another collection that had looked before the roots came up.
        for pack in place.site.packs() { place.site.bury(pack) }
        place.remote.wait(hours: 25)
        let plan = try await place.source.collect(in: remote)
        #expect(plan.rescuedCount > 0 && !plan.deleted.isEmpty)
        #expect(place.site.files(in: "tomb").isEmpty)
        #expect(try place.site.has([place.kept, place.dropped], as: place.source))
        let gone = Set(plan.deleted.map(\.id))
        for pointer in [place.kept, place.dropped] {
            let hint = try IndexFile(try place.site.bytes(of: StoreLayout.objectIndex(pointer.oid)), path: "hint")
            #expect(gone.isDisjoint(with: hint.packs.map(\.id)))
        }
        let target = try Machine()
        #expect(try await target.fetch([place.kept, place.dropped], from: remote).missing.isEmpty)
        #expect(try await target.problems() == [])
    }

    @Test func `differences and what they decode against stay together`() async throws {
        let source = try Machine()
        let site = Site()
        var versions: [Pointer] = []
        var model = SafetensorsBytes([("embedding", 120_000), ("layer.0", 60_000), ("bias", 40)], seed: 1)
        for turn in 0..<4 {
            if turn > 0 { model.train(seed: UInt64(turn)) }
            versions.append(try await source.addModel(model.bytes, after: versions, isCompared: true))
            try await source.push([versions[turn]], to: site.remote)
        }
        let old = try #require(Machine.rootRecord(of: [versions[0]]))
        site.remove(StoreLayout.root(old.id))
        for _ in 0..<3 {
            site.remote.wait(hours: 25)
            try await source.collect(in: site.remote)
        }
        let target = try Machine()
        #expect(try await target.fetch(Array(versions[1...]), from: site.remote).missing.isEmpty)
        #expect(try target.has(Array(versions[1...])))
        #expect(try await target.problems() == [])
    }

    @Test func `a root that names what is not there stops everything, by name`() async throws {
        let place = try await Place()
        let other = try await place.source.add(Array("never pushed".utf8))
        let root = try #require(Machine.rootRecord(of: [other]))
        place.remote[StoreLayout.root(root.id)] = Array(root.text.utf8)
        place.remote.wait(hours: 49)
        let before = place.remote.contents
        let error = await #expect(throws: RemoteError.self) { try await place.source.collect(in: place.remote) }
        #expect("\(try #require(error))".contains("which https://example.org/r needs at refs/heads/main"))
        #expect(place.remote.contents == before)
    }

    @Test(arguments: ["index", "roots"])
    func `what cannot be read may name anything, and stops everything`(directory: String) async throws {
        let place = try await Place()
        let file = try #require(place.site.files(in: directory).first)
        var bytes = try place.site.bytes(of: "\(directory)/\(file)")
        bytes[bytes.count / 2] ^= 1
        place.remote[directory + "/" + file] = bytes
        place.remote.wait(hours: 49)
        try place.source.forgetRemotes()
        let before = place.remote.contents
        await #expect(throws: RemoteError.self) { try await place.source.collect(in: place.remote) }
        #expect(place.remote.contents == before)
    }

    @Test func `many small indexes become one, and what they say stays`() async throws {
        let source = try Machine()
        let site = Site()
        var pointers: [Pointer] = []
        for number in 0..<12 {
            pointers.append(try await source.add(Array("file \(number)".utf8)))
            try await source.push([pointers[number]], to: site.remote)
        }
        #expect(site.files(in: "index").count >= 12)
        try await source.collect(in: site.remote)
        #expect(site.files(in: "index").count == 1)
        #expect(try site.has(pointers, as: source))
        #expect(try await source.push(pointers, to: site.remote, root: nil).packCount == 0)
    }

    @Test func `a collection that is cut short anywhere loses nothing, and the next one goes on`() async throws {
        let place = try await Place()
        try place.retire()
        for pack in place.site.packs().prefix(2) { place.site.bury(pack) }
        place.remote.wait(hours: 25)
        for number in 0..<200 {
            let site = Site()
            site.remote.contents = place.remote.contents
            // The contents are as old as the clock's beginning.
            site.remote.wait(hours: 50)
            try place.source.forgetRemotes()
            let failing = FailingRemote(site.remote, .from(number))
            let isWhole = (try? await place.source.collect(in: failing)) != nil
            #expect(try Self.isWhole(place, site), "after \(number) calls")
            try await place.source.collect(in: site.remote)
            #expect(try Self.isWhole(place, site), "after \(number) calls and another run")
            if isWhole { return }
        }
        Issue.record("no collection had fewer calls")
    }

    /// Whether what has a root is there: by some index, in a pack, be it buried.
    private static func isWhole(_ place: Place, _ site: Site) throws -> Bool {
        let view = Site()
        view.remote.contents = site.remote.contents.filter { !$0.key.hasPrefix("tomb/") }
        return try view.has([place.kept], as: place.source)
    }

    @Test func `what killed pushes began goes after a day, from a directory and from an SSH server`() async throws {
        let machine = try Machine()
        var random = PseudoRandom(seed: 8)
        let pointer = try await machine.add(random.bytes(40_000))
        let (directory, server) = (try DirectorySite(), try await SSHSite())
        let places: [(any Remote, FilePath)] = [(directory.remote, directory.path), (server.remote, server.path)]
        for (remote, path) in places {
            try await machine.push([pointer], to: remote)
            try Directories.create(path.appending("packs/ab"), durable: false)
            let old = ["packs/ab/.git-model-tmp-4711-old", "roots/.git-model-tmp-1-old"].map { path.appending($0) }
            let young = path.appending("packs/ab/.git-model-tmp-4711-young")
            for file in old + [young] { try DurableFile.write([1, 2], to: file, durable: false) }
            for file in old { try DurableFile.setModified(WallClock.now() - 25 * 3_600_000_000_000, of: file) }
            try await machine.collect(in: remote)
            #expect(try old.allSatisfy { try FileStatus.of($0) == nil }, "\(remote.name)")
            #expect(try FileStatus.of(young) != nil, "\(remote.name)")
            #expect(try await Machine().fetch([pointer], from: remote).missing.isEmpty)
        }
    }
}
