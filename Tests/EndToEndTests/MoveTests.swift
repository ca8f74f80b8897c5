import TestSupport
import Testing

/// `git model mv` where something stops it.
@Suite struct MoveTests {
    private static let setUp = """
        git model init -q --name small && echo 1 > a.bin && mkdir -p t/sub && echo 2 > t/sub/x && git model add -q a.bin t
        git commit -qm one

        """

    /// A move, and a way to what one that was interrupted somewhere leaves.
    static let interruptions = [
        // The bytes are moved, and nothing else.
        ("a.bin b.bin", "echo /b.bin >> .gitignore && mv a.bin b.bin"),
        ("t u", "echo /u >> .gitignore && mv t u"),
        ("a.bin d/", "mkdir d && echo /a.bin > d/.gitignore && mv a.bin d"),
        // So are the pointer and everything else, but Git knows nothing of it.
        ("a.bin b.bin", "git model mv -q a.bin b.bin && git reset -q"),
        ("t u", "git model mv -q t u && git reset -q"),
        ("a.bin d/", "git model mv -q a.bin d/ && git reset -q"),
        // Git has the new pointer, or not even that.
        ("a.bin b.bin", "git model mv -q a.bin b.bin && git reset -q && git rm -q --cached a.bin.mver"),
        ("t u", "git model mv -q t u && git reset -q && git rm -q --cached t.mver && git add u.mver"),
    ]

    @Test(arguments: interruptions)
    func `A move that was interrupted goes on with the same command`(move: String, interruption: String) async throws {
        let result = try await ScratchRepository().run(
            Self.setUp + """
                cp -r . ~/whole && cd ~/whole && git model mv -q \(move) && git diff --cached > ~/expected && cd ~/sentiment
                \(interruption)
                git model mv -q \(move) && git diff --cached | cmp ~/expected -
                git diff --exit-code && git ls-files --others --exclude-standard
                git commit -qm two && git model status && cat b.bin d/a.bin u/sub/x 2> ~/absent || true
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let bytes = move.hasPrefix("t") ? "2" : "1"
        #expect(result.output == "small, no version yet, nothing changed\n\(bytes)\n", "\(result.output)")
    }

    @Test func `What lies where an artifact is to go is not taken for a move that was begun`() async throws {
        let result = try await ScratchRepository().run(
            Self.setUp + """
                rm a.bin && echo mine > b.bin && git model mv a.bin b.bin || echo "exit $?"
                mkdir c && echo /c >> .gitignore && git model mv -q a.bin c && cat b.bin && ls c
                git model mv -q nope.bin b.bin 2> ~/error || grep -o 'is no artifact' ~/error
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                error: cannot move a.bin to b.bin: b.bin is there already
                exit 5
                mine
                a.bin.mver
                is no artifact

                """,
            "\(result.output)"
        )
    }

    @Test(arguments: ["mount -t tmpfs none big", "mount --bind ~/big big"])
    func `Between file systems nothing is moved, and the ways that are named work`(mount: String) async throws {
        let result = try await ScratchRepository().run(
            Self.setUp + """
                mkdir ~/big big && \(mount)
                git model mv a.bin big/ 2> ~/error || echo "exit $?"
                cat ~/error && git status --short && ls -A big && cat a.bin
                sed -n 's/^hint: copy it: `\\(.*\\)`, then `\\(.*\\)`$/set -e; \\1; \\2 -q/p' ~/error > ~/way
                sed -n 's/^hint: then .*: `\\(.*\\)`$/\\1 -q/p' ~/error >> ~/way
                sh ~/way && cat big/a.bin && git status --short
                """,
            mounts: true
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.hasPrefix(
                """
                exit 5
                error: cannot move a.bin to big/a.bin: that is on another file system
                hint: copy it: `cp -a a.bin big/a.bin`, then `git model add big/a.bin`
                hint: then remove it where it is: `git model rm a.bin`
                1
                1

                """
            ),
            "\(result.output)"
        )
        #expect(result.output.contains("a.bin.mver -> big/a.bin.mver"), "\(result.output)")
    }
}
