import TestSupport
import Testing

/// What `fsck` says of bytes whose pack is gone although an index lists it, and where it gets them again.
@Suite struct LostPackTests {
    /// The size of an artifact, and which packs go: those of more kilobytes than that, or all.
    private static let losses = [(5000, "+4k"), (900_000, "+4k"), (900_000, "+0")]
    private static let isLost = "damaged  my model.bin: its bytes were here, and are lost: "

    private static func session(_ byteCount: Int) async throws -> Session {
        let session = try await Session(
            "head -c \(byteCount) /dev/urandom > 'my model.bin' && cp 'my model.bin' ../kept"
        )
        try await session.succeed("add", "-q", "my model.bin")
        try await session.shell("git commit -qm one")
        return session
    }

    private static func losePacks(_ size: String, of session: Session) async throws {
        try await session.shell("find .git/model/store/packs -name '*.pack' -size \(size) -delete")
        let found = await session.run("fsck")
        #expect(found.exitCode == 4)
        #expect(found.output.contains(".pack: an index lists it, but it is gone\n"), "\(found)")
        #expect(found.output.contains(isLost), "\(found)")
        #expect(found.output.hasSuffix("\n0 artifact versions can be rebuilt, 1 not here\n"), "\(found)")
        #expect(found.error.contains("hint: mend what can be mended: `git model fsck --repair`\n"), "\(found)")
    }

    @Test(arguments: losses)
    func `What a lost pack held is fetched again`(byteCount: Int, size: String) async throws {
        let session = try await Self.session(byteCount)
        try await session.succeed("remote", "add", "-q", "store", "../store")
        try await session.succeed("push", "-q")
        try await Self.losePacks(size, of: session)
        let repair = await session.run("fsck", "--repair")
        #expect(repair.exitCode == 0)
        let fetched = "damaged  my model.bin: its bytes were lost, and were fetched again (mended)\n"
        #expect(repair.output.contains(fetched), "\(repair)")
        #expect(repair.output.hasSuffix("\n1 artifact version can be rebuilt\n"), "\(repair)")
        try await session.shell("rm 'my model.bin'")
        try await session.succeed("checkout", "-q", "--no-fetch")
        try await session.shell("cmp 'my model.bin' ../kept")
        try await session.succeed("fsck", "--deep")
    }

    @Test(arguments: losses)
    func `What no remote has is named as lost, with what stores it again`(byteCount: Int, size: String) async throws {
        let session = try await Self.session(byteCount)
        try await Self.losePacks(size, of: session)
        let repair = await session.run("fsck", "--repair")
        #expect(repair.exitCode == 4)
        #expect(repair.output.contains(Self.isLost), "\(repair)")
        #expect(repair.error.contains(": `git model add 'my model.bin'`\n"), "\(repair)")
        try await session.succeed("add", "-q", "my model.bin")
        let deep = try await session.succeed("fsck", "--deep")
        #expect(deep.output.hasSuffix("1 artifact version can be rebuilt\n"), "\(deep)")
    }

    @Test func `What was never fetched is not lost`() async throws {
        let session = try await Self.session(5000)
        try await session.shell("git clone -q . ../clone")
        for words in [["fsck"], ["fsck", "--repair"]] {
            let answer = await session.run(words, in: "../clone")
            #expect(answer.exitCode == 0, "\(answer)")
            #expect(answer.output == "0 artifact versions can be rebuilt, 1 not here\n")
        }
    }
}
