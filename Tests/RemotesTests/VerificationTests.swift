import ModelCore
import Remotes
import Store
import SystemIO
import TestSupport
import Testing

/// Only what a remote really gives back counts as being there.
@Suite("Reading back")
struct VerificationTests {
    private let source: Machine
    private let versions: [Pointer]
    private let second: [UInt8]

    init() async throws {
        source = try Machine()
        var model = SafetensorsBytes([("embedding", 120_000), ("layer.0", 60_000), ("bias", 40)], seed: 1)
        let first = try await source.addModel(model.bytes, after: [])
        model.train(seed: 1)
        second = model.bytes
        let next = try await source.addModel(second, after: [first])
        let tree = try await source.addTree(["a": [1, 2, 3], "b/c": [UInt8](repeating: 4, count: 300_000)])
        versions = [first, next, tree]
    }

    private func verify(_ remote: any Remote, by machine: Machine? = nil) async throws -> RemoteVerification.Report {
        let machine = machine ?? source
        return try await RemoteVerification(
            of: machine.view(of: remote),
            local: machine.store,
            pool: Machine.pool,
            cancellation: Cancellation(),
            progress: { _, _ in }
        ).run(versions)
    }

    @Test func `what was pushed is verified, bases and trees included, and what was not is missing`() async throws {
        let site = Site()
        try await source.push([versions[0], versions[2]], to: site.remote)
        let some = try await verify(site.remote)
        #expect(some.verified == [versions[0].oid, versions[2].oid])
        #expect(some.missing == [versions[1].oid])
        try await source.push(versions, to: site.remote)
        let all = try await verify(site.remote)
        #expect(all.verified == Set(versions.map(\.oid)))
        #expect(all.damaged.isEmpty && all.missing.isEmpty && all.byteCount > 500_000)
    }

    @Test func `a byte that is wrong, or an answer that is cut, is found`() async throws {
        let site = Site()
        try await source.push(versions, to: site.remote)
        for fault in CorruptingRemote.Fault.allCases {
            // Indexes are in the cache by now: every read is of packs.
            _ = try await verify(site.remote)
            let report = try? await verify(CorruptingRemote(site.remote, fault))
            #expect(report?.verified.isEmpty ?? true)
        }
        for pack in site.files(in: "packs") {
            let bytes = try site.bytes(of: "packs/" + pack)
            var broken = bytes
            broken[100] ^= 1
            site.remote["packs/" + pack] = broken
            let report = try await verify(site.remote)
            #expect(report.verified.count < versions.count && !report.damaged.isEmpty)
            site.remote["packs/" + pack] = bytes
        }
        #expect(try await verify(site.remote).verified.count == versions.count)
    }

    @Test func `a pack that is gone is missing, whatever the indexes say`() async throws {
        let site = Site()
        try await source.push(versions, to: site.remote)
        for pack in site.files(in: "packs") { site.remove("packs/" + pack) }
        #expect(try await verify(site.remote).verified.isEmpty)
    }

    @Test func `a comparison that somebody else made says nothing against an object`() async throws {
        let site = Site()
        try await source.push(versions, to: site.remote)
        let other = try Machine()
        let unlike = SafetensorsBytes([("embedding", 120_000), ("layer.0", 60_000), ("bias", 40)], seed: 2)
        let earlier = try await other.addModel(unlike.bytes, after: [])
        #expect(try await other.addModel(second, after: [earlier], isCompared: true) == versions[1])
        try await other.push([versions[1]], to: site.remote)
        let indexes = IndexSet(Array(try site.indexes().values))
        #expect(!indexes.entries(of: versions[1].oid, kind: .comparison).isEmpty)
        let report = try await verify(site.remote)
        #expect(report.verified == Set(versions.map(\.oid)) && report.damaged.isEmpty, "\(report.damaged)")
    }

    @Test func `bases that are not here are read from the remote`() async throws {
        let site = Site()
        try await source.push(versions, to: site.remote)
        let other = try Machine()
        #expect(try await other.addModel(second, after: []) == versions[1])
        #expect(Closure(of: [versions[1]], in: other.store).bases.isEmpty)
        let report = try await verify(site.remote, by: other)
        #expect(report.verified == [versions[1].oid, versions[2].oid])
        // Of the others, nobody here ever saw that their manifests are right.
        #expect(report.damaged.keys.contains(versions[0].oid))
    }
}
