import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage
import Testing

@Suite("Stores as static files")
struct StaticStoreTests {
    @Test
    func `a store that was copied is a remote to read`() async throws {
        let sample = try await Sample()
        let copy = try DirectorySite()
        for entry in try DirectoryWalk.entries(under: sample.source.root) {
            try copy.write(try sample.source.bytes(of: sample.source.root.appending(entry.path)), to: entry.path)
        }
        var target = try Machine()
        guard case .right = try await sample.fetch(to: &target, from: copy.remote, "copy") else {
            Issue.record("the objects did not come")
            return
        }
        try copy.remove("objects")
        guard case .right = try await sample.fetch(to: &target, from: copy.remote, "copy without object indexes") else {
            Issue.record("the objects did not come")
            return
        }
    }

    @Test
    func `a store that is in use is a remote to read and to write`() async throws {
        let sample = try await Sample()
        let other = try Machine()
        let remote = DirectoryRemote(other.root, pool: Machine.pool)
        try await sample.source.push(sample.pointers, to: remote)
        #expect(try other.has(sample.pointers))
        #expect(try await other.problems() == [])
    }

    @Test
    func `a token in a URL is in no message`() async throws {
        let server = try await StorageServer.python.value
        let (plain, directory) = try server.web()
        try server.plant(Array("git-model-store 1\n".utf8), directory + "/format")
        let remote = try server.remote(plain.name + "?token=secret")
        #expect(remote.name == plain.name + "?…")
        #expect(try await remote.read("format", range: nil).count == 18)
        let error = await #expect(throws: RemoteError.self) { try await remote.read("missing", range: nil) }
        #expect(error?.description == "remote \(remote.name) has no missing")
    }

    @Test(arguments: ["objects", "index", "roots", "tomb"])
    func `a store without one of its directories is read`(directory: String) async throws {
        let sample = try await Sample()
        sample.site.remove(directory)
        let counting = CountingRemote(sample.site.remote)
        var target = try Machine()
        guard case .right = try await sample.fetch(to: &target, from: counting, "without \(directory)") else {
            Issue.record("the objects did not come")
            return
        }
        if directory != "objects" { #expect(counting.count(.list) == 0, "static files have no list") }
    }

    @Test
    func `a place that cannot list serves what has object indexes`() async throws {
        let sample = try await Sample()
        var target = try Machine()
        let remote = FailingRemote(sample.site.remote, .every(.list))
        guard case .right = try await sample.fetch(to: &target, from: remote, "no lists") else {
            Issue.record("the objects did not come")
            return
        }
    }

    @Test
    func `a store that may not be written to is read, and a push to it says so`() async throws {
        let sample = try await Sample()
        let remote = ReadOnlyRemote(sample.site.remote)
        var target = try Machine()
        guard case .right = try await sample.fetch(to: &target, from: remote, "read-only") else {
            Issue.record("the objects did not come")
            return
        }
        #expect(try await sample.source.push(sample.pointers, to: remote).packCount == 0, "there is nothing to write")
        let new = try await sample.source.add([7])
        let error = await #expect(throws: RemoteError.self) { try await sample.source.push([new], to: remote) }
        guard case .readOnly = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
