import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// What decodes against a base comes with it, after it, or in full.
@Suite("Push and fetch of deltas")
struct DeltaTransferTests {
    private let source: Machine
    private let versions: [(pointer: Pointer, bytes: [UInt8])]

    init() async throws {
        source = try Machine()
        var model = SafetensorsBytes([("embedding", 120_000), ("layer.0", 60_000), ("bias", 40)], seed: 1)
        var versions: [(pointer: Pointer, bytes: [UInt8])] = []
        for number in 0..<3 {
            if number > 0 { model.train(seed: UInt64(number)) }
            let bytes = model.bytes
            let pointer = try await source.addModel(bytes, after: versions.last.map { [$0.pointer] } ?? [])
            versions.append((pointer, bytes))
        }
        self.versions = versions
        #expect(!Closure(of: [versions[1].pointer], in: source.store).bases.isEmpty)
    }

    private func expect(_ version: Int, on target: Machine) async throws {
        let (pointer, bytes) = versions[version]
        #expect(try await target.restored(pointer.oid, size: bytes.count) == bytes)
        #expect(try await target.problems() == [])
    }

    @Test
    func `a later version after an earlier one is a few bytes, and comes cold with its bases`() async throws {
        let site = Site()
        let first = try await source.push([versions[0].pointer], to: site.remote)
        let second = try await source.push([versions[1].pointer], to: site.remote)
        #expect(second.byteCount < first.byteCount * 4 / 5)
        let target = try Machine()
        try await target.fetch([versions[1].pointer], from: site.remote)
        try await expect(1, on: target)
        let warm = try await target.fetch([versions[2].pointer, versions[0].pointer], from: site.remote)
        #expect(warm.missing == [versions[2].pointer.oid])
        try await expect(0, on: target)
    }

    @Test
    func `a version alone goes in full, its bases are not dragged along`() async throws {
        let site = try DirectorySite()
        try await source.push([versions[1].pointer], to: site.remote)
        let remote = try LocalStore(site.path)
        let closure = Closure(of: [versions[1].pointer], in: remote)
        #expect(closure.isComplete)
        #expect(closure.bases.isEmpty)
        let target = try Machine()
        try await target.fetch([versions[1].pointer], from: site.remote)
        try await expect(1, on: target)
        #expect(try await source.push([versions[1].pointer], to: site.remote).packCount == 0)
    }

    @Test
    func `all versions at once come back, with object indexes and without`() async throws {
        let site = Site()
        try await source.push(versions.map(\.pointer), to: site.remote)
        for hasHints in [true, false] {
            if !hasHints { site.remove("objects") }
            let target = try Machine()
            try await target.fetch(versions.map(\.pointer), from: site.remote)
            for version in versions.indices { try await expect(version, on: target) }
        }
    }

    @Test
    func `a base that the remote lost goes up again, or what needs it goes in full`() async throws {
        let site = Site()
        try await source.push(versions.map(\.pointer), to: site.remote)
        let closure = Closure(of: [versions[1].pointer], in: source.store)
        let base = try #require(closure.bases.first.flatMap { closure.frames[$0] })
        try site.collect(base.pack)
        try await source.push([versions[1].pointer], to: site.remote)
        let target = try Machine()
        try await target.fetch([versions[1].pointer], from: site.remote)
        try await expect(1, on: target)
    }

    @Test
    func `a difference that stayed here without its base is fetched again with it`() async throws {
        let site = Site()
        try await source.push(versions.map(\.pointer), to: site.remote)
        let target = try Machine()
        try await target.fetch([versions[1].pointer], from: site.remote)
        let closure = Closure(of: [versions[1].pointer], in: target.store)
        let base = try #require(closure.bases.first.flatMap { closure.frames[$0] })
        try Directories.removeTree(target.root.appending(StoreLayout.pack(base.pack)))
        let reopened = try Machine(reopening: target)
        #expect(try !reopened.has([versions[1].pointer]))
        for hasHints in [true, false] {
            if !hasHints { site.remove("objects") }
            try await reopened.fetch([versions[1].pointer], from: site.remote)
            #expect(
                try await reopened.restored(versions[1].pointer.oid, size: versions[1].bytes.count) == versions[1].bytes
            )
        }
    }
}
