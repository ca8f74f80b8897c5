import Deployment
import ModelCore
import SystemIO
import SystemPackage
import Testing

/// What a directory of releases promises, here and behind a shell.
@Suite struct ReleaseHostTests {
    @Test(arguments: HostKind.allCases) func `A release that is deployed is what was sent, and cannot be written to`(
        _ kind: HostKind
    ) async throws {
        let fixture = try HostFixture(kind)
        let host = fixture.host()
        let one = try ReleaseFixture.usual("v1.0.0")
        #expect(try await host.current() == nil)
        #expect(try await host.seals().isEmpty)
        try await one.deploy(to: host)
        #expect(try await host.current() == one.release.id)
        #expect(try await host.seals() == [one.seal])
        #expect(try await host.differences(of: one.seal).isEmpty)
        try await host.requireUsable(one.seal)
        for (name, bytes) in one.files {
            let path = fixture.layout.current.appending(name)
            #expect(try DurableFile.read(path, limit: 1 << 24) == bytes)
            let status = try #require(try FileStatus.of(path))
            #expect(status.permissions & 0o222 == 0 && status.permissions & 0o400 != 0)
            #expect(status.isExecutable == (name == "run.sh"))
        }
        #expect(try SymbolicLink.target(of: fixture.layout.current) == "releases/\(one.release.id)")
        #expect(try DirectoryEntry.all(in: fixture.layout.temporary).isEmpty)
    }

    @Test(arguments: HostKind.allCases) func `What was changed in a sealed release is found`(_ kind: HostKind)
        async throws
    {
        let fixture = try HostFixture(kind)
        let host = fixture.host()
        let one = try ReleaseFixture.usual("v1.0.0")
        try await one.deploy(to: host)
        let files = fixture.layout.files(of: one.release.id)
        try DurableFile.setPermissions(0o755, of: files)
        let weights = files.appending("weights.bin")
        var bytes = try DurableFile.read(weights, limit: 1 << 24)
        bytes[1_000_000] ^= 1
        try DurableFile.write(bytes, to: weights)
        // Only who reads everything sees one bit.
        try await host.requireUsable(one.seal)
        #expect(try await host.differences(of: one.seal) == ["weights.bin has other bytes"])
        try DurableFile.write([1], to: files.appending("added"))
        try DurableFile.remove(files.appending("empty"))
        try DurableFile.setPermissions(0o644, of: files.appending("run.sh"))
        try DurableFile.remove(files.appending("link"))
        try SymbolicLink.write(target: "-dash", to: files.appending("link"))
        let found = Set(try await host.differences(of: one.seal))
        let expected = [
            "added should not be there", "empty is missing", "run.sh cannot be executed", "weights.bin has other bytes",
            "link has 5 bytes instead of 11",
        ]
        #expect(found == Set(expected))
        await #expect(throws: HostError.self) { try await host.requireUsable(one.seal) }
        try DurableFile.remove(fixture.layout.listing(of: one.release.id))
        await #expect(throws: HostError.damaged(one.release.id, ["the listing of its files is missing"])) {
            try await host.requireUsable(one.seal)
        }
    }

    @Test(arguments: HostKind.allCases) func `Of two at once the second is refused, and told by whom`(
        _ kind: HostKind
    ) async throws {
        let fixture = try HostFixture(kind)
        let lock = try await fixture.host().lock(noting: "Ada's \"machine\"")
        await #expect(throws: HostError.locked(fixture.root, by: "Ada's \"machine\"")) {
            try await fixture.host().lock(noting: "another")
        }
        await lock.release()
        try await fixture.host().lock(noting: "another").release()
    }

    @Test(arguments: HostKind.allCases) func `A link in the place of a directory of ours is refused, and not followed`(
        _ kind: HostKind
    ) async throws {
        let fixture = try HostFixture(kind)
        try await fixture.host().lock(noting: "first").release()
        let other = fixture.root.appending("other")
        try Directories.create(other.appending("kept"))
        try Directories.removeTree(fixture.layout.temporary)
        try SymbolicLink.write(target: other.string, to: fixture.layout.temporary)
        await #expect(throws: HostError.foreign(fixture.layout.temporary, what: "a link")) {
            try await fixture.host().lock(noting: "second")
        }
        #expect(try FileStatus.of(other.appending("kept")) != nil)
    }

    @Test func `A deployment here and one from another machine keep each other away`() async throws {
        let fixture = try HostFixture(.shell)
        let here = LocalReleaseHost(fixture.root, environment: [:], cancellation: Cancellation())
        let lock = try await here.lock(noting: "here")
        await #expect(throws: HostError.locked(fixture.root, by: "here")) {
            try await fixture.host().lock(noting: "there")
        }
        await lock.release()
        let host = fixture.host()
        let other = try await host.lock(noting: "there")
        await #expect(throws: HostError.locked(fixture.root, by: "there")) { try await here.lock(noting: "here") }
        await other.release()
    }

    @Test(arguments: HostKind.allCases) func `What somebody else put at current stays`(_ kind: HostKind) async throws {
        let one = try ReleaseFixture.usual("v1.0.0")
        for what in ["a directory", "a file", "a link to elsewhere", "a link to releases/20260101"] {
            let fixture = try HostFixture(kind)
            try Directories.create(fixture.root)
            let current = fixture.layout.current
            switch what {
            case "a directory": try Directories.create(current)
            case "a file": try DurableFile.write([1], to: current)
            default: try SymbolicLink.write(target: String(what.dropFirst(10)), to: current)
            }
            let before = try FileStatus.of(current)
            let host = fixture.host()
            await #expect(throws: HostError.foreign(current, what: what)) { try await host.current() }
            await #expect(throws: HostError.foreign(current, what: what)) { try await one.deploy(to: host) }
            #expect(try FileStatus.of(current) == before)
        }
    }

    @Test(arguments: HostKind.allCases)
    func `What a killed deployment left is cleared up, and a whole release is not sent again`(
        _ kind: HostKind
    ) async throws {
        let fixture = try HostFixture(kind)
        let (one, two) = (try ReleaseFixture.usual("v1.0.0"), try ReleaseFixture.usual("v2.0.0"))
        do {
            let host = fixture.host()
            let lock = try await host.lock(noting: "killed")
            try await host.receive(one.release, from: { try one.write(into: $0) })
            try await host.receive(one.release, from: { _ in Issue.record("it is there already") })
            await lock.release()
        }
        let leftover = fixture.layout.temporary.appending("leftover/inner")
        try Directories.create(leftover)
        try DurableFile.write([1], to: leftover.appending("file"))
        try DurableFile.setPermissions(0o555, of: leftover)
        // What was received and never sealed goes when another release comes.
        try await two.deploy(to: fixture.host())
        #expect(try DirectoryEntry.all(in: fixture.layout.temporary).isEmpty)
        #expect(try FileStatus.of(fixture.layout.files(of: one.release.id)) == nil)
        #expect(try await fixture.host().current() == two.release.id)
    }

    @Test(arguments: HostKind.allCases) func `A damaged release is made anew, also while it is current`(
        _ kind: HostKind
    ) async throws {
        let fixture = try HostFixture(kind)
        let host = fixture.host()
        let (one, two) = (try ReleaseFixture.usual("v1.0.0"), try ReleaseFixture.usual("v2.0.0"))
        try await one.deploy(to: host)
        let run = fixture.layout.files(of: one.release.id).appending("run.sh")
        try DurableFile.setPermissions(0o644, of: run)
        try DurableFile.setPermissions(0o755, of: fixture.layout.files(of: one.release.id))
        try DurableFile.write([1], to: fixture.layout.files(of: one.release.id).appending("added"))
        await #expect(throws: HostError.current(one.release.id)) { try await host.discard(one.release.id) }
        // What cannot be put together leaves what is there.
        let lock = try await host.lock(noting: "a test")
        await #expect(throws: (any Error).self) {
            try await host.receive(
                one.release,
                from: { try DurableFile.write([1], to: $0.appending("weights.bin")) }
            )
        }
        await lock.release()
        #expect(try await host.differences(of: one.seal).count == 2)
        try await one.deploy(to: fixture.host())
        #expect(try await host.current() == one.release.id)
        #expect(try await host.differences(of: one.seal).isEmpty)
        let status = try #require(try FileStatus.of(fixture.layout.files(of: one.release.id)))
        #expect(status.permissions & 0o222 == 0)
        #expect(try DirectoryEntry.all(in: fixture.layout.temporary).isEmpty)
        // What is not current is made anew as well.
        try await two.deploy(to: fixture.host())
        try DurableFile.setPermissions(0o644, of: run)
        try await one.deploy(to: fixture.host())
        #expect(try await host.differences(of: one.seal).isEmpty)
        try await host.discard(two.release.id)
        try await host.discard(two.release.id)
        #expect(try await host.seals() == [one.seal])
        await #expect(throws: HostError.absent(two.release.id)) { try await host.activate(two.release.id) }
    }

    @Test(arguments: HostKind.allCases)
    func `A listing that is missing or damaged is written anew while its release is current`(_ kind: HostKind)
        async throws
    {
        let fixture = try HostFixture(kind)
        let one = try ReleaseFixture.usual("v1.0.0")
        try await one.deploy(to: fixture.host())
        let listing = fixture.layout.listing(of: one.release.id)
        for bytes in [nil, [], Array("another".utf8)] as [[UInt8]?] {
            try DurableFile.remove(listing)
            if let bytes { try DurableFile.write(bytes, to: listing) }
            let host = fixture.host()
            await #expect(throws: HostError.self) { try await host.requireUsable(one.seal) }
            let lock = try await host.lock(noting: "a test")
            try await host.receive(one.release, from: { _ in Issue.record("its files are whole") })
            try await host.seal(one.seal, one.release.files)
            await lock.release()
            #expect(try await host.current() == one.release.id)
            #expect(try await host.differences(of: one.seal).isEmpty)
            #expect(try DirectoryEntry.all(in: fixture.layout.temporary).isEmpty)
        }
    }

    @Test(arguments: HostKind.allCases) func `What is not whole when it arrives never gets to where releases are`(
        _ kind: HostKind
    ) async throws {
        let fixture = try HostFixture(kind)
        let host = fixture.host()
        let (one, two) = (try ReleaseFixture.usual("v1.0.0"), try ReleaseFixture.usual("v2.0.0"))
        try await one.deploy(to: host)
        let lock = try await host.lock(noting: "a test")
        await #expect(throws: (any Error).self) {
            try await host.receive(
                two.release,
                from: { directory in
                    try two.write(into: directory)
                    try DurableFile.write([1, 2], to: directory.appending("weights.bin"))
                }
            )
        }
        await lock.release()
        #expect(try FileStatus.of(fixture.layout.files(of: two.release.id)) == nil)
        #expect(try await host.current() == one.release.id)
    }

    @Test(arguments: [HostKind.shell, .busybox])
    func `A disk that is full keeps nobody from going back, and costs no seal`(_ kind: HostKind) async throws {
        let fixture = try HostFixture(kind)
        let (one, two) = (try ReleaseFixture.usual("v1.0.0"), try ReleaseFixture.usual("v2.0.0"))
        let three = try ReleaseFixture.usual("v3.0.0")
        for release in [one, two] { try await release.deploy(to: fixture.host()) }
        let host = fixture.host(isFull: true)
        let lock = try await host.lock(noting: "a test")
        await #expect(throws: HostError.self) {
            try await host.receive(three.release, from: { try three.write(into: $0) })
        }
        #expect(try await host.current() == two.release.id)
        try await host.requireUsable(one.seal)
        try await host.activate(one.release.id)
        #expect(try await host.current() == one.release.id)
        await #expect(throws: HostError.self) { try await host.reseal(two.seal) }
        await #expect(throws: HostError.self) { try await host.seal(two.seal, two.release.files) }
        #expect(Set(try await host.seals()) == [one.seal, two.seal])
        try await host.activate(two.release.id)
        await lock.release()
        try await three.deploy(to: fixture.host())
        #expect(try await fixture.host().current() == three.release.id)
    }

    @Test func `A host that goes away says so, and what runs there runs on`() async throws {
        let fixture = try HostFixture(.shell)
        let (one, two) = (try ReleaseFixture.usual("v1.0.0"), try ReleaseFixture.usual("v2.0.0"))
        try await one.deploy(to: fixture.host())
        let gone = SSHReleaseHost(
            HostClient(
                name: "gone",
                environment: [:],
                mayAskUser: false,
                arguments: { _, _ in ["sh", "-c", "echo no route >&2; exit 255"] },
                failure: { text, code, wasConnected in HostFixture.Gone(text: "\(text)\(code ?? -1) \(wasConnected)") }
            ),
            root: fixture.root,
            staging: fixture.root,
            cancellation: Cancellation()
        )
        let error = await #expect(throws: HostFixture.Gone.self) { try await gone.activate(two.release.id) }
        #expect(error?.text == "no route\n255 false")
        #expect(try await fixture.host().current() == one.release.id)
    }
}
