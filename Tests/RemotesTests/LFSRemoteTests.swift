import Codec
import Git
import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// A store in a Git host's own storage, against giftless and a bare repository.
@Suite(.timeLimit(.minutes(5)))
struct LFSRemoteTests {
    @Test func `a push is one commit, and a fetch elsewhere gets what it was`() async throws {
        let site = try await LFSSite.shared()
        let (ada, charles) = (try Machine(), try Machine())
        var random = PseudoRandom(seed: 1)
        let bytes = random.bytes(9_000_000)
        let tree = try await ada.addTree(["a": random.bytes(300_000), "b": [1, 2, 3]])
        let file = try await ada.add(bytes)
        try await ada.push([file, tree], to: site.remote())
        #expect(try await site.git(["rev-list", "--count", "git-model-store"]) == "1")

        try await charles.fetch([file, tree], from: site.remote())
        #expect(try charles.has([file, tree]))
        #expect(try await charles.restored(file.oid, size: bytes.count) == bytes)

        try await ada.push([file, tree], to: site.remote())
        #expect(try await site.git(["rev-list", "--count", "git-model-store"]) == "1", "nothing was left to push")
    }

    @Test func `a push sees what others did while it was on its way`() async throws {
        let site = try await LFSSite.shared()
        let ada = try Machine()
        var random = PseudoRandom(seed: 2)
        let old = try await ada.add(random.bytes(600_000))
        let new = try await ada.add(random.bytes(600_000))
        try await ada.push([old], to: site.remote())

        let slow = try await site.remote()
        let packs = try await slow.list("packs")
        let other = try await site.remote()
        for pack in packs {
            let id = try #require(StoreLayout.digest(inName: pack.name))
            try await other.write(Array("git-model-tomb 1\n".utf8), to: StoreLayout.tomb(id))
        }
        try await other.publish()
        try await ada.push([old, new], to: slow)
        // What is buried counts as missing.
        let report = try await ada.dryPush([old, new], to: site.remote())
        #expect(report.objects.isEmpty)
        #expect(try await site.remote().list("packs").count > packs.count + 1)
    }

    @Test func `a push with nothing to do asks the server nothing`() async throws {
        let site = try await LFSSite.shared()
        let ada = try Machine()
        let file = try await ada.add([1, 2, 3])
        try await ada.push([file], to: site.remote())
        let requests = try await site.requests("HTTP")
        try await ada.push([file], to: site.remote())
        #expect(try await site.requests("HTTP") == requests)
    }

    @Test func `nobody sees a write before it is published`() async throws {
        let site = try await LFSSite.shared()
        let writer = try await site.remote()
        try await writer.write([1], to: "index/a")
        try await writer.write([2], to: "packs/ab/b")
        #expect(try await site.remote().list("") == [])
        #expect(try await writer.list("").map(\.path).sorted() == ["index/a", "packs/ab/b"])
        try await writer.publish()
        #expect(try await site.remote().list("").map(\.path).sorted() == ["index/a", "packs/ab/b"])
        #expect(
            try await site.git(["log", "--format=%s", "git-model-store"]) == "Update store: 1 packs, 2 other files"
        )
    }

    @Test func `what several write at once is all there, on one line of commits`() async throws {
        let site = try await LFSSite.shared()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<5 {
                group.addTask {
                    let remote = try await site.remote()
                    _ = try await remote.list("")
                    try await remote.write([UInt8(writer)], to: "roots/\(writer)")
                    try await remote.write(Array("same".utf8), to: "format")
                    try await remote.publish()
                }
            }
            try await group.waitForAll()
        }
        let files = try await site.remote().list("").map(\.path).sorted()
        #expect(files == ["format"] + (0..<5).map { "roots/\($0)" })
        #expect(try await site.git(["rev-list", "--merges", "git-model-store"]) == "")
    }

    @Test func `packs that were announced are asked for in one request`() async throws {
        let site = try await LFSSite.shared()
        let remote = try await site.remote()
        let packs = (0..<60).map { Array("pack \($0)".utf8) }
        let names = packs.map { StoreLayout.pack(SHA256.digest(of: $0)) }
        let files = zip(packs, names).map { RemoteFile(path: $0.1, size: Int64($0.0.count)) }
        await remote.announce(files, for: .writing)
        for (bytes, name) in zip(packs, names) { try await remote.write(bytes, to: name) }
        try await remote.publish()
        #expect(try await site.requests("/objects/batch").count == 1)

        let reader = try await site.remote()
        await reader.announce(files, for: .reading)
        for (bytes, name) in zip(packs, names) {
            #expect(try await reader.read(name, range: 2..<6) == Array(bytes[2..<6]))
        }
        #expect(try await site.requests("/objects/batch").count == 2)
    }

    @Test func `an object that is there does not go again`() async throws {
        let site = try await LFSSite.shared()
        for _ in 0..<2 { try await site.remote().write([1, 2, 3], to: "packs/ab/pack") }
        #expect(try await site.requests("PUT ").count == 1)
    }

    @Test func `packs stay, whoever deletes them`() async throws {
        let site = try await LFSSite.shared()
        let remote = try await site.remote()
        try await remote.write([1], to: "packs/ab/file")
        try await remote.write([1], to: "index/file")
        let error = await #expect(throws: RemoteError.self) { try await remote.delete("packs/ab/file") }
        guard case .refused(_, "packs/ab/file", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        try await remote.delete("index/file")
        #expect(try await remote.list("").map(\.path) == ["packs/ab/file"])
    }

    @Test func `a pack that LFS lost is not found`() async throws {
        let site = try await LFSSite.shared()
        let bytes = Array("lost".utf8)
        let remote = try await site.remote()
        try await remote.write(bytes, to: "packs/ab/pack")
        try await remote.publish()
        let other = try await LFSSite.shared()
        try await other.git(["fetch", "--quiet", GitArgument(site.origin), "git-model-store:git-model-store"])
        let error = await #expect(throws: RemoteError.self) {
            try await other.remote().read("packs/ab/pack", range: nil)
        }
        guard case .notFound(_, "packs/ab/pack") = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a host that refuses the branch says why`() async throws {
        let site = try await LFSSite.shared()
        let hook = site.origin.appending("hooks/pre-receive")
        try DurableFile.write(
            Array("#!/bin/sh\necho 'branches are made by owners'\nexit 1\n".utf8),
            to: hook,
            permissions: 0o755
        )
        let remote = try await site.remote()
        try await remote.write([1], to: "format")
        let error = await #expect(throws: RemoteError.self) { try await remote.publish() }
        #expect("\(String(describing: error))".contains("branches are made by owners"))
    }
}
