import Codec
import ModelCore
import Remotes
import Store
import SystemIO
import TestSupport
import Testing

@Suite("Push and fetch")
struct TransferTests {
    // MARK: There and back

    @Test(arguments: [0, 1, 100, 255 << 10, 256 << 10, 300 << 10, 1 << 20, 3 << 20])
    func `a file comes back bit for bit on another machine`(size: Int) async throws {
        let (source, target, site) = (try Machine(), try Machine(), try DirectorySite())
        var random = PseudoRandom(seed: UInt64(size))
        let bytes = random.bytes(size)
        let pointer = try await source.add(bytes)
        let pushed = try await source.push([pointer], to: site.remote)
        #expect(pushed.objects == (size == 0 ? [] : [pointer.oid]))
        let fetched = try await target.fetch([pointer], from: site.remote)
        #expect(fetched.objects == (size == 0 ? [] : [pointer.oid]))
        #expect(fetched.missing.isEmpty)
        #expect(try await target.restored(pointer.oid, size: size) == bytes)
        #expect(try await target.problems() == [])
        let remote = try LocalStore(site.path)
        #expect(Closure(of: [pointer], in: remote).isComplete, "the remote is a store")
    }

    @Test(arguments: [0, 1, 2, 40])
    func `a tree comes back bit for bit on another machine`(count: Int) async throws {
        let (source, target, site) = (try Machine(), try Machine(), Site())
        var random = PseudoRandom(seed: UInt64(count))
        var files: [String: [UInt8]] = [:]
        for number in 0..<count { files["d\(number % 3)/f\(number)"] = random.skewedBytes(number * 9000) }
        let pointer = try await source.addTree(files)
        try await source.push([pointer], to: site.remote)
        #expect(try await target.fetch([pointer], from: site.remote).objects == [pointer.oid])
        var reader = FrameReader(target.store)
        let entries = try target.store.listing(pointer.oid, reader: &reader).tree.entries
        #expect(entries.count == count)
        for entry in entries {
            #expect(try await target.restored(entry.digest, size: Int(entry.size)) == files[entry.path.text])
        }
        #expect(try await target.problems() == [])
    }

    @Test
    func `several objects go in one push and come in one fetch`() async throws {
        let (source, target, site) = (try Machine(), try Machine(), Site())
        var random = PseudoRandom(seed: 3)
        var pointers: [Pointer] = []
        for size in [0, 7, 400_000, 900_000] { pointers.append(try await source.add(random.bytes(size))) }
        pointers.append(try await source.addTree(["a": random.bytes(10), "b": [], "c/d": random.bytes(500_000)]))
        let pushed = try await source.push(pointers, to: site.remote)
        #expect(Set(pushed.objects) == Set(pointers.dropFirst().map(\.oid)), "the empty object needs nothing")
        try await target.fetch(pointers, from: site.remote)
        #expect(try target.has(pointers))
        #expect(try await target.problems() == [])
    }

    @Test
    func `what a remote lacks is reported, and the rest comes`() async throws {
        let (source, target, site) = (try Machine(), try Machine(), Site())
        let there = try await source.add([1, 2, 3])
        let elsewhere = try await source.add([4, 5, 6])
        try await source.push([there], to: site.remote)
        let report = try await target.fetch([elsewhere, there], from: site.remote)
        #expect(report.missing == [elsewhere.oid])
        #expect(report.objects == [there.oid])
        #expect(try await target.fetch(from: site.remote).dryRun([elsewhere]).missing == [elsewhere.oid])
    }

    @Test
    func `a push of what neither side has whole is refused`() async throws {
        let (source, site) = (try Machine(), Site())
        let here = try await source.add([1, 2, 3])
        let nowhere = Pointer(oid: SHA256.digest(of: [9]), size: 1, kind: .file)
        let error = await #expect(throws: RemoteError.self) {
            try await source.push([here, nowhere], to: site.remote)
        }
        guard case .incomplete(_, let objects) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(objects == [nowhere.oid])
        #expect(site.files(in: "roots") == [])
    }

    @Test
    func `what only the remote has need not be here to be pushed again`() async throws {
        let (source, other, site) = (try Machine(), try Machine(), Site())
        var random = PseudoRandom(seed: 4)
        let old = try await source.add(random.bytes(600_000))
        try await source.push([old], to: site.remote)
        let new = try await other.add(random.bytes(1000))
        let report = try await other.push([old, new], to: site.remote)
        #expect(report.objects == [new.oid])
        #expect(try site.has([old], as: source) && site.has([new], as: other))
    }

    // MARK: Nothing twice

    @Test
    func `a second push of the same writes nothing`() async throws {
        let (source, site) = (try Machine(), Site())
        let pointers = try await sample(on: source)
        try await source.push(pointers, to: site.remote)
        let files = site.remote.contents
        let counting = CountingRemote(site.remote)
        let report = try await source.push(pointers, to: counting)
        #expect(report.objects == [] && report.packCount == 0 && report.byteCount == 0)
        #expect(counting.calls.filter(\.isChange) == [])
        #expect(site.remote.contents == files)
        #expect(counting.count(.list) == 3, "tombs, packs and indexes")
        #expect(counting.count(.read, in: "index") == 0, "they are in the cache")
    }

    @Test
    func `a remote without directories is asked thrice where there is nothing to do`() async throws {
        let source = try Machine()
        let remote = FlatRemote(Site().remote)
        let pointers = try await sample(on: source)
        try await source.push(pointers, to: remote)
        let counting = CountingRemote(remote)
        let report = try await source.push(pointers, to: counting)
        #expect(report.packCount == 0)
        #expect(counting.calls.map(\.description) == ["read format", "list tomb", "list "])
        counting.forget()
        let held = try await RemoteHoldings(of: source.view(of: counting), local: source.store).held(pointers)
        #expect(held == Set(pointers.map(\.oid)))
        #expect(counting.calls.count == 3)
    }

    @Test
    func `another machine that has the same pushes no frame`() async throws {
        let (source, other, site) = (try Machine(), try Machine(), Site())
        let pointers = try await sample(on: source)
        try await source.push(pointers, to: site.remote)
        _ = try await sample(on: other)
        let counting = CountingRemote(site.remote)
        let report = try await other.push(pointers, to: counting)
        #expect(report.packCount == 0)
        #expect(counting.calls.filter(\.isChange) == [])
    }

    @Test
    func `a fetch of what is here asks the remote nothing`() async throws {
        let (source, site) = (try Machine(), Site())
        let pointers = try await sample(on: source)
        let counting = CountingRemote(site.remote)
        let report = try await source.fetch(pointers, from: counting)
        #expect(report.objects == [] && report.missing == [] && report.byteCount == 0)
        #expect(counting.calls == [])
    }

    @Test
    func `a second version moves what changed only, both ways`() async throws {
        let (source, target, site) = (try Machine(), try Machine(), Site())
        var random = PseudoRandom(seed: 5)
        var bytes = random.bytes(3 << 20)
        let first = try await source.add(bytes)
        try await source.push([first], to: site.remote)
        try await target.fetch([first], from: site.remote)
        bytes.replaceSubrange(1_500_000..<1_500_100, with: random.bytes(100))
        let second = try await source.add(bytes)
        let packs = Set(site.packs())
        let pushed = try await source.push([second], to: site.remote)
        #expect(pushed.byteCount < 2 << 20)
        let new = Set(site.packs()).subtracting(packs)
        #expect(new.count == pushed.packCount)
        let size = try new.reduce(0) { try $0 + site.bytes(of: StoreLayout.pack($1)).count }
        #expect(Int64(size) == pushed.byteCount)
        let counting = CountingRemote(site.remote)
        let fetched = try await target.fetch([second], from: counting)
        #expect(fetched.byteCount <= pushed.byteCount)
        let hint = try site.bytes(of: StoreLayout.objectIndex(second.oid)).count
        let format = try site.bytes(of: StoreLayout.format).count
        #expect(counting.readByteCount == Int(fetched.byteCount) + hint + format)
        #expect(try await target.restored(second.oid, size: bytes.count) == bytes)
        #expect(try await target.problems() == [])
    }

    @Test
    func `dry runs tell what the real ones do, and do nothing`() async throws {
        let (source, target, site) = (try Machine(), try Machine(), Site())
        let pointers = try await sample(on: source)
        let dryPush = try await source.dryPush(pointers, to: site.remote)
        #expect(site.files() == [])
        let push = try await source.push(pointers, to: site.remote)
        #expect(Set(dryPush.objects) == Set(push.objects))
        #expect(dryPush.byteCount > 0 && dryPush.byteCount <= push.byteCount)
        let dryFetch = try await target.fetch(from: site.remote).dryRun(pointers)
        #expect(try target.packs() == [])
        let fetch = try await target.fetch(pointers, from: site.remote)
        #expect(Set(dryFetch.objects) == Set(fetch.objects))
        #expect(dryFetch.byteCount >= fetch.byteCount)
    }

    // MARK: Requests

    @Test
    func `a cold pull reads the object index and a range of each pack, and lists nothing`() async throws {
        let (source, target, site) = (try Machine(), try Machine(), Site())
        var random = PseudoRandom(seed: 6)
        let pointer = try await source.add(random.bytes(2 << 20))
        try await source.push([pointer], to: site.remote)
        let counting = CountingRemote(site.remote)
        try await target.fetch([pointer], from: counting)
        #expect(site.packs().count == 2, "data and metadata")
        let expected = ["read format", "read objects", "read packs", "read packs"]
        #expect(counting.calls.map { "\($0.kind.rawValue) \($0.area)" } == expected)
        #expect(counting.calls.dropFirst(2).allSatisfy { $0.range != nil })
    }

    @Test
    func `a tree of small files is pulled in as few requests`() async throws {
        let (source, target, site) = (try Machine(), try Machine(), Site())
        var random = PseudoRandom(seed: 7)
        var files: [String: [UInt8]] = [:]
        for number in 0..<200 { files["f\(number)"] = random.bytes(300) }
        let pointer = try await source.addTree(files)
        try await source.push([pointer], to: site.remote)
        let counting = CountingRemote(site.remote)
        try await target.fetch([pointer], from: counting)
        #expect(counting.count(.list) == 0)
        #expect(counting.calls.count <= 4)
    }

    @Test
    func `a push uploads packs, then index, object index and root, and looks again`() async throws {
        let (source, site) = (try Machine(), Site())
        var random = PseudoRandom(seed: 8)
        let pointer = try await source.add(random.bytes(2 << 20))
        let counting = CountingRemote(site.remote)
        try await source.push([pointer], to: counting)
        let changes = counting.calls.filter(\.isChange).map(\.area)
        #expect(changes == ["format", "packs", "packs", "index", "objects", "roots"])
        let root = try #require(counting.calls.lastIndex { $0.area == "roots" && $0.isChange })
        let after = counting.calls[root...].filter { $0.kind == .list }.map(\.area)
        #expect(after == ["tomb", "packs", "index"], "tombs before packs: decision 2, G2")
    }

    private func sample(on machine: Machine) async throws -> [Pointer] {
        var random = PseudoRandom(seed: 9)
        let file = try await machine.add(random.bytes(1 << 20))
        let tree = try await machine.addTree(["a": random.bytes(500), "b/c": random.bytes(300_000), "e": []])
        return [file, tree]
    }
}
