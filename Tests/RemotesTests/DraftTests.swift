import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// What comes is written to files meanwhile, and only what is right takes a place.
@Suite("Files that are written while they come")
struct DraftTests {
    private func directory(on machine: Machine) throws -> FilePath {
        let path = machine.scratch.path.appending("work")
        try Directories.create(path, durable: false)
        return path
    }

    @Test func `an object that came is in its file already, bit for bit`() async throws {
        let (source, target, site) = (try Machine(), try Machine(), Site())
        var random = PseudoRandom(seed: 51)
        let (one, two) = (random.bytes(700_000), random.bytes(900_000))
        let pointers = [try await source.add(one), try await source.addTree(["a/b": two, "c": [1, 2]])]
        try await source.push(pointers, to: site.remote)
        let work = try directory(on: target)
        let drafts = ObjectDrafts { _, _ in work.appending("model") }
        _ = try await target.fetch(from: site.remote, drafts: drafts).run(pointers)
        let inner = try await source.add(two)
        for (pointer, bytes) in [(pointers[0], one), (inner, two)] {
            #expect(drafts.put(pointer.oid, at: work.appending("\(bytes.count)"))?.size == pointer.size)
            #expect(try DurableFile.read(work.appending("\(bytes.count)"), limit: 1 << 20) == bytes)
        }
        #expect(try DirectoryEntry.all(in: work).count == 2)
        #expect(try await target.problems() == [])
    }

    @Test(arguments: CorruptingRemote.Fault.allCases)
    func `what is spoiled on the way never takes a place`(fault: CorruptingRemote.Fault) async throws {
        let sample = try await Sample()
        let expected = try await sample.source.restored(sample.file.oid, size: Int(sample.file.size))
        for number in 0..<100 {
            let target = try Machine()
            let work = try directory(on: target)
            let corrupting = CorruptingRemote(sample.site.remote, fault, read: number)
            do {
                let drafts = ObjectDrafts { _, _ in work.appending("model") }
                do {
                    _ = try await target.fetch(from: corrupting, drafts: drafts).run(sample.pointers)
                } catch is RemoteError {}
                if drafts.put(sample.file.oid, at: work.appending("model")) != nil {
                    #expect(try DurableFile.read(work.appending("model"), limit: 1 << 21) == expected)
                    #expect(try target.has([sample.file]))
                }
            }
            #expect(try !DirectoryEntry.all(in: work).contains { TemporaryFile.isTemporary($0.name) })
            if !corrupting.wasReached { return }
        }
        Issue.record("no fetch had fewer reads")
    }
}
