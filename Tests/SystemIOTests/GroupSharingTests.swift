import SystemIO
import SystemPackage
import Testing

/// What is made in a directory that a group shares is the group's, too.
@Suite struct GroupSharingTests {
    private func permissions(_ path: FilePath) throws -> UInt16 { try #require(try FileStatus.of(path)).permissions }

    @Test func `Files and directories in a setgid directory that the group may write to are the group's`() throws {
        let scratch = try ScratchDirectory()
        let shared = scratch.path.appending("shared")
        try Directories.create(shared)
        try DurableFile.setPermissions(0o2775, of: shared)
        try Directories.create(shared.appending("a/b"))
        #expect(try permissions(shared.appending("a")) & 0o2770 == 0o2770)
        #expect(try permissions(shared.appending("a/b")) & 0o2770 == 0o2770)
        try DurableFile.write([1], to: shared.appending("a/b/file"))
        #expect(try permissions(shared.appending("a/b/file")) & 0o660 == 0o660)
        try DurableFile.write([1], to: shared.appending("secret"), permissions: 0o600)
        #expect(try permissions(shared.appending("secret")) == 0o600)
        let lock = try FileLock(shared.appending("lock"), mode: .shared, wait: nil)
        defer { extendLifetime(lock) }
        #expect(try permissions(shared.appending("lock")) & 0o660 == 0o660)
    }

    @Test(arguments: [0o755, 0o775, 0o2755] as [UInt16])
    func `Elsewhere the umask alone decides`(mode: UInt16) throws {
        let scratch = try ScratchDirectory()
        let place = scratch.path.appending("place")
        try Directories.create(place)
        let plain = try permissions(place)
        try DurableFile.setPermissions(mode, of: place)
        try Directories.create(place.appending("a"))
        #expect(try permissions(place.appending("a")) & 0o777 == plain & 0o777)
        try DurableFile.write([1], to: place.appending("file"))
        #expect(try permissions(place.appending("file")) == plain & 0o666)
    }
}
