import TestSupport
import Testing

/// Files in history that have a pointer's name and are none: they cannot be taken back, so nothing waits for them.
@Suite struct JunkPointerTests {
    /// Adds two files, the second only in a commit that is gone, and leaves `x.mver` to be made and committed by the
    /// script.
    private static let setUp = """
        git model init -q --name small && git commit -qm 'Set up'
        seq 1 100000 > model.bin && git model add -q model.bin && git commit -qm 'Add the model'
        seq 1 200000 > extra.bin && git model add -q extra.bin && git commit -qm x && cp extra.bin.mver ../extra
        git reset -q --hard HEAD~1 && git reflog expire --expire=now --all && rm -f .git/ORIG_HEAD

        """
    private static let takeBack = """

        git add -f x.mver && git commit -qnm junk && git rm -q x.mver && git commit -qnm 'No more junk'
        git model gc --prune-now

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository().run(Self.setUp + script + Self.takeBack)
    }

    static let junk = [
        "echo junk > x.mver", ": > x.mver", "printf 'git-model-pointer 1\\noid sha256:12' > x.mver",
        "head -c 100000 /dev/zero > x.mver", "ln -s model.bin.mver x.mver",
        "sed s/sha256:......../sha256:00000000/ model.bin.mver > x.mver",
        "sed 's/kind file/kind tree/' model.bin.mver > x.mver",
    ]

    @Test(arguments: junk)
    func `Junk in history stops no collection`(junk: String) async throws {
        let result = try await run(junk)
        #expect(result.output.contains("Deleted 2 packs"), "\(result.output)")
        #expect(result.exitCode == 0)
    }

    @Test func `A pointer whose line endings were changed keeps its object`() async throws {
        let result = try await run("sed 's/$/\\r/' ../extra > x.mver")
        #expect(result.output.contains("Deleted 0 packs"), "\(result.output)")
        #expect(result.exitCode == 0)
    }

    @Test func `A pointer of a later version in history stops collection`() async throws {
        let result = try await run("printf 'git-model-pointer 2\\nwhatever\\n' > x.mver")
        #expect(result.output.contains("x.mver in the history or an index"), "\(result.output)")
        #expect(result.output.contains("install a newer git-model"), "\(result.output)")
        #expect(result.exitCode == 5)
    }
}
