import Codec
import ModelCore
import Remotes
import Store
import TestSupport
import Testing

/// Of a remote that lists nothing, what is lacking or damaged is named, and keeps nothing else from coming.
@Suite("Remotes that list nothing")
struct UnlistedRemoteTests {
    private let source: Machine
    private let site = Site()
    private var remote: UnlistedRemote { UnlistedRemote(site.remote) }

    init() throws { source = try Machine() }

    /// Returns the remote with a byte of a frame's record changed, and the pack that it is in.
    private func spoiled(_ frame: Digest) throws -> (remote: UnlistedRemote, pack: String) {
        let copy = try #require(try site.indexes().values.flatMap { $0.copies(of: frame) }.first)
        let pack = StoreLayout.pack(copy.pack)
        var bytes = try site.bytes(of: pack)
        bytes[copy.entry.payloadOffset] ^= 1
        return (UnlistedRemote(TamperedRemote(site.remote, [pack: bytes])), pack)
    }

    @Test func `an object that is not there is named, and the others come`() async throws {
        let some = [try await source.add([1, 2, 3]), try await source.add([4, 5])]
        try await source.push(some, to: site.remote)
        let lacking = try await source.add([6])
        let target = try Machine()
        let wanted = [some[0], lacking, some[1]]
        let outlook = try await target.fetch(from: remote).dryRun(wanted)
        #expect(Set(outlook.objects) == Set(some.map(\.oid)) && outlook.missing.isEmpty)
        let report = try await target.fetch(wanted, from: remote)
        #expect(try target.has(some))
        for damaged in [outlook.damaged, report.damaged] {
            #expect(damaged.map(\.oid) == [lacking.oid])
            guard case .unlisted? = damaged.first?.reason else {
                Issue.record("\(damaged)")
                continue
            }
        }
        let error = await #expect(throws: RemoteError.self) { try await target.fetch([lacking], from: remote) }
        guard case .unlisted = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `an object that was purged is missing, with the others and alone`() async throws {
        let kept = try await source.add([1, 2, 3])
        let purged = try await source.add([4])
        try await source.push([kept], to: site.remote)
        site.remote[StoreLayout.purged(purged.oid)] = Array("git-model-purged 1\n".utf8)
        let target = try Machine()
        for wanted in [[purged, kept], [purged]] {
            #expect(try await target.fetch(from: remote).dryRun(wanted).missing == [purged.oid])
            let report = try await target.fetch(wanted, from: remote)
            #expect(report.missing == [purged.oid] && report.damaged.isEmpty)
        }
        #expect(try target.has([kept]))
    }

    @Test func `an object index that is damaged is named, also by a dry run`() async throws {
        let pointer = try await source.add([1, 2, 3])
        try await source.push([pointer], to: site.remote)
        let path = StoreLayout.objectIndex(pointer.oid)
        site.remote[path] = [1, 2, 3]
        let target = try Machine()
        for isDry in [true, false] {
            let error = await #expect(throws: RemoteError.self) {
                let fetch = target.fetch(from: remote)
                _ = isDry ? try await fetch.dryRun([pointer]) : try await fetch.run([pointer])
            }
            guard case .wrongContent(_, path, _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test func `of a tree's files, those that are damaged are named with their pack, and the others come`() async throws
    {
        let contents = (0..<9).map { Array("file \($0)".utf8) }
        let named = contents.enumerated().map { ("\($0.offset)", $0.element) }
        let tree = try await source.addTree(Dictionary(uniqueKeysWithValues: named))
        try await source.push([tree], to: site.remote)
        let files = contents.map { Pointer(oid: SHA256.digest(of: $0), size: Int64($0.count), kind: .file) }
        let (remote, pack) = try spoiled(files[4].oid)
        let target = try Machine()
        let report = try await target.fetch(from: remote).run(files, filesOf: tree)
        let sound = files.filter { $0 != files[4] }
        #expect(Set(report.objects) == Set(sound.map(\.oid)) && report.missing.isEmpty)
        #expect(try target.has(sound))
        #expect(report.damaged.map(\.oid) == [files[4].oid])
        guard case .wrongContent(_, pack, _)? = report.damaged.first?.reason else {
            Issue.record("\(report.damaged)")
            return
        }
        #expect(try await target.problems() == [])
    }
}
