import TestSupport
import Testing

/// Merges of trees of which one side was never fetched.
@Suite struct TreeMergeTests {
    private static let setUp = """
        git model init -q --name small --remote ~/models && mkdir t && echo 1 > t/a && echo 2 > t/b && git model add -q t
        git commit -qm one && git model push -q && git clone -q . ~/peer && cd ~/peer && git model pull -q
        echo 2x > t/b && git model add -q -u && git commit -qm two && git model push -q
        cd ~/sentiment && echo 1x > t/a && git model add -q -u && git commit -qm three
        git fetch -q ~/peer main:refs/remotes/peer/main

        """

    @Test func `It is said how to have a tree merged file by file, and that does it`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                ! git merge -q peer/main > ~/said 2>&1
                grep -m 2 -e 'not known here' -e '^hint' ~/said | sed 's/fetch [0-9a-f]*`/fetch COMMIT`/'
                sed -n 's/^hint: have.*: `\\(git merge --abort\\)`, `\\(git model fetch [0-9a-f]*\\)`.*/\\1 \\&\\& \\2 -q/p' ~/said > ~/way
                [ -s ~/way ] && sh ~/way && git merge -q peer/main -m merged > ~/said 2>&1 && cat t/a t/b
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                warning: it could not be merged file by file: which files theirs has is not known here
                hint: have it merged file by file: `git merge --abort`, `git model fetch COMMIT`, and merge again
                1x
                2x

                """,
            "\(result.output)"
        )
    }

    @Test func `In a rebase the side that is not here is ours`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                ! git rebase -q peer/main > ~/said 2>&1
                grep -m 2 -e 'not known here' -e '^hint' ~/said
                git rebase --abort && git model fetch -q --all && git rebase -q peer/main > ~/said 2>&1 && cat t/a t/b
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                warning: it could not be merged file by file: which files ours has is not known here
                hint: have it merged file by file: abort this, `git model fetch --all`, and begin again
                1x
                2x

                """,
            "\(result.output)"
        )
    }
}
