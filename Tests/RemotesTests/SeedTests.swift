import Codec
import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// What a file of this machine has is not fetched.
@Suite("Seeds of a fetch")
struct SeedTests {
    private let source: Machine
    private let site = Site()
    private let before: (pointer: Pointer, bytes: [UInt8])
    private let after: (pointer: Pointer, bytes: [UInt8])
    /// The bytes that a machine with the earlier version in its store fetches of the later one.
    private let warmByteCount: Int64

    init() async throws {
        source = try Machine()
        var model = SafetensorsBytes([("embedding", 120_000), ("layer.0", 12_000), ("bias", 40)], seed: 1)
        let old = model.bytes
        before = (try await source.add(old), old)
        model.train(["layer.0"], seed: 2)
        let new = model.bytes
        after = (try await source.addModel(new, after: [before.pointer]), new)
        try await source.push([before.pointer, after.pointer], to: site.remote)
        let warm = try Machine()
        try await warm.fetch([before.pointer], from: site.remote)
        warmByteCount = try await warm.fetch([after.pointer], from: site.remote).byteCount
    }

    private func seed(_ bytes: [UInt8], on machine: Machine, said object: Pointer) throws -> [Digest: [Seed]] {
        let path = machine.scratch.path.appending("old.safetensors")
        try DurableFile.write(bytes, to: path, durable: false)
        return [after.pointer.oid: [Seed(path: path, object: object)]]
    }

    private func fetch(to target: Machine, seeds: [Digest: [Seed]]) async throws -> Int64 {
        let packs = try target.packs()
        let planned = try await target.fetch(from: site.remote).dryRun([after.pointer]) { _ in seeds }
        #expect(try target.packs() == packs)
        let report = try await target.fetch(from: site.remote).run([after.pointer]) { _ in seeds }
        #expect(report.objects == [after.pointer.oid] && planned.objects == report.objects)
        #expect(planned.byteCount == report.byteCount)
        #expect(try await target.restored(after.pointer.oid, size: after.bytes.count) == after.bytes)
        #expect(try await target.problems() == [])
        return report.byteCount
    }

    @Test
    func `only what is new comes, as if the store had the old version`() async throws {
        let target = try Machine()
        let counting = CountingRemote(site.remote)
        let seeds = try seed(before.bytes, on: target, said: before.pointer)
        let report = try await target.fetch(from: counting).run([after.pointer]) { absent in
            #expect(absent == [after.pointer])
            return seeds
        }
        // A difference to the old version, of which the store has the base from the seed; and the manifest, which no
        // file holds.
        #expect(report.byteCount <= warmByteCount + 1000)
        #expect(report.byteCount < Int64(after.bytes.count) / 10)
        #expect(try await target.restored(after.pointer.oid, size: after.bytes.count) == after.bytes)
        #expect(try await target.problems() == [])
    }

    @Test(arguments: [true, false])
    func `what several objects have in common is planned once, as it comes once`(isNewestFirst: Bool) async throws {
        let pointers = isNewestFirst ? [after.pointer, before.pointer] : [before.pointer, after.pointer]
        let target = try Machine()
        let planned = try await target.fetch(from: site.remote).dryRun(pointers)
        let report = try await target.fetch(pointers, from: site.remote)
        #expect(planned.byteCount == report.byteCount && planned.objects == report.objects)
        #expect(report.byteCount < Int64(after.bytes.count) * 3 / 2)
        var seeds = try seed(before.bytes, on: target, said: before.pointer)
        seeds[before.pointer.oid] = seeds[after.pointer.oid]
        let other = try Machine()
        let old = seeds
        let spared = try await other.fetch(from: site.remote).dryRun(pointers) { _ in old }
        #expect(spared.byteCount < planned.byteCount / 2)
        #expect(try await other.fetch(from: site.remote).run(pointers) { _ in old }.byteCount == spared.byteCount)
    }

    @Test
    func `a small file that is wanted as it is does not come at all`() async throws {
        let small = try await source.add(Array("weights".utf8))
        try await source.push([small], to: site.remote)
        let target = try Machine()
        let path = target.scratch.path.appending("small")
        try DurableFile.write(Array("weights".utf8), to: path, durable: false)
        let seeds = [small.oid: [Seed(path: path, object: small)]]
        let planned = try await target.fetch(from: site.remote).dryRun([small]) { _ in seeds }
        #expect(planned.byteCount == 0 && planned.objects == [small.oid])
        let report = try await target.fetch(from: site.remote).run([small]) { _ in seeds }
        #expect(report.byteCount == 0 && report.objects == [small.oid])
        #expect(try await target.restored(small.oid, size: 7) == Array("weights".utf8))
    }

    @Test
    func `what frames of a file would have decoded against does not come`() async throws {
        let bases = Closure(of: [after.pointer], in: source.store).bases
        #expect(!bases.isEmpty)
        let target = try Machine()
        let seeds = try seed(after.bytes, on: target, said: after.pointer)
        // The manifest and the comparison with the earlier version, which no file holds.
        #expect(try await fetch(to: target, seeds: seeds) < warmByteCount)
        try target.store.refresh()
        for base in bases { #expect(try !target.store.hasFrame(base)) }
    }

    @Test
    func `a file that is not what it was gives what is right of it, and the rest comes`() async throws {
        let cold = try await fetch(to: Machine(), seeds: [:])
        var changed = before.bytes
        changed[changed.count - 300] ^= 1
        let target = try Machine()
        let some = try await fetch(to: target, seeds: try seed(changed, on: target, said: before.pointer))
        #expect(some > warmByteCount + 1000 && some < cold / 2)
        let other = try Machine()
        let none = try await fetch(to: other, seeds: try seed([], on: other, said: before.pointer))
        #expect(none == cold)
        let third = try Machine()
        let gone = [after.pointer.oid: [Seed(path: third.scratch.path.appending("gone"), object: before.pointer)]]
        #expect(try await fetch(to: third, seeds: gone) == cold)
    }

    @Test
    func `nobody asks for seeds of what is here, and none is read that the store has whole`() async throws {
        let target = try Machine()
        try await target.fetch([before.pointer], from: site.remote)
        // Were it read, its frames would be stored.
        let seeds = try seed(after.bytes, on: target, said: before.pointer)
        #expect(try await fetch(to: target, seeds: seeds) == warmByteCount)
        _ = try await target.fetch(from: site.remote).run([after.pointer, before.pointer]) { _ in
            Issue.record("seeds were asked for")
            return [:]
        }
    }
}
