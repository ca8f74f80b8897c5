import Codec
import ModelCore
import Remotes
import Store
import Testing

/// Files of a tree, of which somebody wants some, come together.
@Suite("Fetches of files of a tree")
struct TreeFileFetchTests {
    private let source: Machine
    private let site = Site()
    private let tree: Pointer
    private let files: [Pointer]

    init() async throws {
        source = try Machine()
        let contents = (0..<60).map { ("sub/\($0)", Array("file \($0)".utf8)) }
        tree = try await source.addTree(Dictionary(uniqueKeysWithValues: contents))
        files = contents.map { Pointer(oid: SHA256.digest(of: $0.1), size: Int64($0.1.count), kind: .file) }
        try await source.push([tree], to: site.remote)
    }

    @Test func `the tree's object index is read once, and what comes is published once`() async throws {
        let (target, counting) = (try Machine(), CountingRemote(site.remote))
        let wanted = Array(files[..<50])
        let report = try await target.fetch(from: counting).run(wanted, filesOf: tree)
        #expect(Set(report.objects) == Set(wanted.map(\.oid)) && report.missing.isEmpty && report.damaged.isEmpty)
        #expect(counting.count(.read, in: "objects") == 1 && counting.count(.list) == 0)
        #expect(try target.has(wanted) && !target.has([files[55]]))
        #expect(try target.packs().count == 1)
        #expect(try await target.problems() == [])
    }

    @Test(arguments: [true, false])
    func `an object index that is damaged, or lacks a file, keeps none from coming`(isDamaged: Bool) async throws {
        let path = StoreLayout.objectIndex(tree.oid)
        if isDamaged {
            site.remote[path] = [1, 2, 3]
        } else {
            let index = try #require(try site.indexes().values.first)
            let lost = files[7].oid
            site.remote[path] = index.contents { $0.entry.id != lost }.encoded(as: .objectIndex)
        }
        let target = try Machine()
        let report = try await target.fetch(from: site.remote).run(files, filesOf: tree)
        #expect(Set(report.objects) == Set(files.map(\.oid)) && report.missing.isEmpty && report.damaged.isEmpty)
        #expect(try target.has(files))
        #expect(try await target.problems() == [])
    }

    @Test func `a file that is gone is missing, and the others come`() async throws {
        let (target, counting) = (try Machine(), CountingRemote(site.remote))
        let stranger = Pointer(oid: SHA256.digest(of: [1, 2]), size: 2, kind: .file)
        let report = try await target.fetch(from: counting).run(files + [stranger], filesOf: tree)
        #expect(report.missing == [stranger.oid] && report.objects.count == files.count)
        // The others were not looked for one by one.
        #expect(counting.count(.list) < 5)
        #expect(try target.has(files))
    }
}
