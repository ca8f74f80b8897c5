@testable import Deployment
import SystemIO
import SystemPackage
import Testing

/// What other tools, or people, have where releases are to be.
@Suite struct ForeignReleaseTests {
    @Test(arguments: HostKind.allCases) func `A directory with the releases of another tool is refused and stays`(
        _ kind: HostKind
    ) async throws {
        let fixture = try HostFixture(kind)
        let one = try ReleaseFixture.usual("v1.0.0")
        let data = fixture.layout.releases.appending("2025-01-31/data")
        try Directories.create(data.removingLastComponent())
        try DurableFile.write([1], to: data)
        let host = fixture.host()
        let problem = HostError.foreign(fixture.layout.releases, what: "a directory that is not empty")
        await #expect(throws: problem) { try await one.deploy(to: host) }
        #expect(try DurableFile.read(data, limit: 10) == [1])
        #expect(try FileStatus.of(fixture.layout.state) == nil)
        // One that is empty is as good as none.
        try Directories.removeTree(data.removingLastComponent())
        try await one.deploy(to: fixture.host())
        #expect(try await fixture.host().current() == one.release.id)
    }

    @Test(arguments: HostKind.allCases) func `Only what has the name of a release goes without a listing`(
        _ kind: HostKind
    ) async throws {
        let fixture = try HostFixture(kind)
        let (one, two) = (try ReleaseFixture.usual("v1.0.0"), try ReleaseFixture.usual("v2.0.0"))
        try await one.deploy(to: fixture.host())
        let ours = ["bert-v0.9.0-0123456789ab", "a-b-v0.9.0-rc.1-x_5-0123456789ab"]
        let foreign = ["2025-01-31", "backup", "bert-0123456789ab", "bert-v1-0123456789ab", "x.tree"]
        for name in ours + foreign {
            let place = fixture.layout.releases.appending(name)
            try Directories.create(place)
            try DurableFile.write([1], to: place.appending("data"))
        }
        try await two.deploy(to: fixture.host())
        let found = Set(try DirectoryEntry.all(in: fixture.layout.releases).map(\.name))
        #expect(found == Set(foreign + [one.release.id.text, two.release.id.text]))
        for name in foreign {
            let data = fixture.layout.releases.appending(name).appending("data")
            #expect(try DurableFile.read(data, limit: 10) == [1])
        }
    }

    @Test(arguments: [
        ("bert-v1.0.0-0123456789ab", true), ("my-model_x-v1.2.3-rc.1_build.5-0123456789ab", true),
        ("v1.0.0-0123456789ab", false), ("bert-v1.0-0123456789ab", false), ("bert-v1.0.0-0123456789AB", false),
        ("bert-v1.0.0-0123456789", false), ("bert-1.0.0-0123456789ab", false), ("bert-v1.0.0-0123456789ab-x", false),
    ]) func `A name is one of ours by its version and digest`(name: String, isOurs: Bool) throws {
        #expect(try #require(ReleaseID(name)).namesVersion == isOurs)
    }
}
