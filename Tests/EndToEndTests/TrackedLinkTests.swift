import TestSupport
import Testing

/// A link in the place of a tracked file that is written anew does not bring what it leads to into Git.
@Suite struct TrackedLinkTests {
    /// A link that somebody committed, what it is to lead to, and the command that writes its file anew.
    struct Case: Sendable, CustomTestStringConvertible {
        let file: String
        /// Makes `~/secret`.
        var secret = "echo secret-token > ~/secret"
        let command: String
        var exitCode = 5

        var testDescription: String { "\(file): \(command)" }
    }

    static let cases = [
        Case(file: "weights/.gitignore", command: "add weights/b.bin"),
        Case(
            file: "weights/.gitignore",
            secret: "printf '/a.bin\\nsecret-token\\n' > ~/secret",
            command: "rm weights/a.bin",
            exitCode: 3
        ),
        Case(file: ".gitattributes", command: "init"),
        Case(
            file: ".mver/models/m.json",
            secret: "git model describe -q --task secret-token && cp .mver/models/m.json ~/secret"
                + " && git checkout -q HEAD .mver",
            command: "describe --license mit"
        ),
        Case(
            file: ".mver/stages.json",
            secret: "echo '{\"m\": {\"secret-token\": \"v1.0.0\"}}' > ~/secret",
            command: "promote --propose v1.0.0 production"
        ),
    ]

    @Test(arguments: cases)
    func `What a link leads to is not staged`(example: Case) async throws {
        let result = try await ScratchRepository().run(
            """
            git model init -q --name m && mkdir weights && echo 1 > weights/a.bin && git model add -q weights/a.bin
            git commit -qm 1 && git model tag -q v1.0.0 2> ~/log && echo 2 > weights/b.bin
            \(example.secret)
            rm -f \(example.file) && ln -s ~/secret \(example.file)
            git model \(example.command) || echo "exit $?"
            git grep --cached -l secret-token 2> ~/log || readlink \(example.file) | grep -o '/secret$'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let refusal = "\(example.file) is a symbolic link, which is not followed\n"
        #expect(result.output.contains(refusal), "\(result.output)")
        #expect(result.output.hasSuffix("exit \(example.exitCode)\n/secret\n"), "\(result.output)")
    }

    @Test func `What helps can be typed as it is printed, whatever the path`() async throws {
        let result = try await ScratchRepository().run(
            """
            git model init -q --name m && mkdir 'x  y' && echo 1 > 'x  y/m.bin' && git model add -q 'x  y/m.bin'
            git commit -qm 1 && { git model show 'x  y/m.bin' 2> ~/error || echo "exit $?"; }
            ln -sf ~/secret 'x  y/.gitignore' && { git model mv 'x  y/m.bin' 'x  y/n.bin' 2>> ~/error || echo "exit $?"; }
            sed -n 's/^hint: .*: `\\(.*\\)`$/\\1/p' ~/error > ~/way && cat ~/way && sh -e ~/way
            [ ! -L 'x  y/.gitignore' ] && git checkout -q -- 'x  y/.gitignore' && git model mv -q 'x  y/m.bin' 'x  y/n.bin'
            ls 'x  y'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let way = "exit 5\nexit 5\ngit model show -- 'x  y/m.bin'\nrm -r -- 'x  y/.gitignore'\n"
        #expect(result.output.hasPrefix(way) && result.output.hasSuffix("\nn.bin\nn.bin.mver\n"), "\(result.output)")
    }
}
