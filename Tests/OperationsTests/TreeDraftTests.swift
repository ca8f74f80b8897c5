import ModelCore
import SystemIO
import SystemPackage
import Testing

@testable import Operations
@testable import Store

@Suite struct TreeDraftTests {
    @Test func `A file of a tree is written while it comes, unless it lies in its place or is of another size`() throws
    {
        let scratch = FilePath("/tmp/operations-tests-\(UInt64.random(in: .min ... .max))")
        defer { try? Directories.removeTree(scratch) }
        let place = scratch.appending("tree")
        try Directories.create(place, durable: false)
        let store = try LocalStore.openOrCreate(scratch.appending("store"))
        let session = try IngestSession(
            store,
            pool: .shared,
            cancellation: Cancellation(),
            progress: { _ in }
        )
        let bytes: [UInt8] = [1, 2, 3]
        let object = try session.add(bytes)
        let listing = try TreeListing([
            TreeEntry(mode: .regular, size: 3, digest: object.oid, path: try RepositoryPath("a")),
            TreeEntry(mode: .regular, size: 3, digest: object.oid, path: try RepositoryPath("b")),
        ])
        let tree = try session.add(listing).oid
        _ = try session.finish(pointers: [])
        var cache = StatCache(scratch.appending("stat-cache"))
        func begins(_ size: Int64) throws -> Bool {
            let known = try LocalStore(scratch.appending("store"))
            let drafts = ObjectDrafts.files([:], andOf: [(tree, place)], in: known, unlessIn: cache)
            let entry = ObjectEntry(oid: object.oid, frame: object.oid, size: size, kind: .manifest)
            return drafts.begin(entry) != nil
        }
        for name in ["a", "b"] {
            #expect(try begins(3) && !begins(4))
            let path = place.appending(name)
            try DurableFile.write(bytes, to: path, durable: false)
            #expect(try begins(3))
            let status = try #require(try FileStatus.of(path))
            cache.record(object.oid, of: status, readAt: max(status.modified, status.changed) + 10_000_000_000)
        }
        #expect(try !begins(3))
    }
}
