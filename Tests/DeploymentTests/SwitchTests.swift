import Deployment
import ModelCore
import Synchronization
import SystemIO
import SystemPackage
import Testing

/// Switching between releases under the eyes of a reader.
@Suite struct SwitchTests {
    /// What a reader saw, from a thread of its own.
    private final class Reader: Sendable {
        private struct State {
            var looks = 0
            var versions: Set<[UInt8]> = []
            var problem: String?
            var isStopped = false
            var hasEnded = false
        }

        private let state = Mutex(State())

        init(_ current: FilePath) {
            WorkerThread.start { [self] in
                while !state.withLock(\.isStopped) { look(at: current) }
                state.withLock { $0.hasEnded = true }
            }
        }

        /// Opens the release once, as a program does when it starts, and reads both of its files.
        private func look(at current: FilePath) {
            do {
                let release = current.removingLastComponent().pushing(FilePath(try SymbolicLink.target(of: current)))
                let files = try ["a", "b"].map { try DurableFile.read(release.appending($0), limit: 1 << 20) }
                // What is read through the link itself is there at any moment, too.
                _ = try DurableFile.read(current.appending("a"), limit: 1 << 20)
                state.withLock { state in
                    state.looks += 1
                    state.versions.insert(files[0])
                    if files[0] != files[1] { state.problem = "two versions at once" }
                }
            } catch {
                state.withLock { $0.problem = "\(error)" }
            }
        }

        /// Ends it; returns how often it looked, how many versions it saw, and what was wrong.
        func stop() async -> (looks: Int, versions: Int, problem: String?) {
            state.withLock { $0.isStopped = true }
            while !state.withLock(\.hasEnded) { await Task.yield() }
            return state.withLock { ($0.looks, $0.versions.count, $0.problem) }
        }
    }

    @Test(arguments: HostKind.allCases) func `A reader never sees a mixed state during 100 switches`(
        _ kind: HostKind
    ) async throws {
        let fixture = try HostFixture(kind)
        let host = fixture.host()
        let releases = try ["v1.0.0", "v2.0.0"].map { version in
            let bytes = Array(repeating: Array("\(version)\n".utf8), count: 1000).flatMap(\.self)
            return try ReleaseFixture(version, ["a": bytes, "b": bytes, "weights.bin": []])
        }
        for release in releases { try await release.deploy(to: host) }
        let lock = try await host.lock(noting: "a test")
        let reader = Reader(fixture.layout.current)
        for number in 0..<100 {
            let next = releases[number % 2]
            try await host.requireUsable(next.seal)
            try await host.activate(next.release.id)
            #expect(try await host.current() == next.release.id)
        }
        let seen = await reader.stop()
        await lock.release()
        #expect(seen.problem == nil)
        #expect(seen.versions == 2)
        #expect(seen.looks >= 100)
        #expect(try DirectoryEntry.all(in: fixture.root).map(\.name).sorted() == [".git-model", "current", "releases"])
    }

    @Test func `A release of 2,000 files is looked through before a switch`() async throws {
        let fixture = try HostFixture(.local)
        let host = fixture.host()
        var files: [String: [UInt8]] = ["weights.bin": [1]]
        for number in 0..<2000 { files["d\(number % 100)/\(number)"] = [UInt8(truncatingIfNeeded: number)] }
        let release = try ReleaseFixture("v1.0.0", files)
        try await release.deploy(to: host)
        try await host.requireUsable(release.seal)
        let odd = fixture.layout.files(of: release.release.id).appending("d17/17")
        try DurableFile.setPermissions(0o755, of: odd.removingLastComponent())
        try DurableFile.remove(odd)
        await #expect(throws: HostError.damaged(release.release.id, ["d17/17 is missing"])) {
            try await host.requireUsable(release.seal)
        }
    }
}
