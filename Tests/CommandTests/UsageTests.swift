@testable import CommandLineInterface
import Testing

@Suite struct UsageTests {
    @Test(arguments: [
        (["nonsense"], "git model has no verb 'nonsense'"),
        (["-C", "completion", "nonsense"], "git model has no verb 'nonsense'"),
        (["help", "nonsense"], "git model has no verb 'nonsense'"),
        (["completion"], "missing expected argument '<shell>'"),
        (["completion", "bash", "zsh"], "unexpected argument 'zsh'"),
        (["completion", "--color", "pink", "bash"], "the value 'pink' is invalid for '--color <when>'"),
        (["completion", "-q", "-v", "bash"], "-q and -v exclude each other"),
        (["--nonsense"], "unknown option '--nonsense'"),
        (["-C"], "missing value for '-C <dir>'"),
        (["-C", "/no/such", "completion", "bash"], "there is no directory /no/such"),
    ])
    func `A usage error names the word and exits with 2`(arguments: [String], message: String) async {
        let recorder = Recorder()
        #expect(await recorder.program(arguments).run() == 2)
        #expect(recorder.error.hasPrefix("error: \(message)\n"))
        #expect(recorder.output == "")
    }

    @Test(arguments: [[], ["-h"], ["--help"], ["help"], ["-q", "help"], ["-C", "x"]])
    func `The root explains itself`(arguments: [String]) async {
        let recorder = Recorder()
        #expect(await recorder.program(arguments).run() == 0)
        #expect(recorder.output.hasPrefix("usage: git model [-C <dir>] <verb> [<options>]\n"))
    }

    @Test(arguments: [["completion", "-h"], ["help", "completion"], ["-v", "completion", "--help"]])
    func `A verb explains itself`(arguments: [String]) async {
        let recorder = Recorder()
        #expect(await recorder.program(arguments).run() == 0)
        #expect(recorder.output.hasPrefix("usage: git model completion <shell>\n\nPrint the completion"))
        #expect(recorder.output.contains("\n  <shell>  bash, zsh or fish\n"))
        #expect(!recorder.output.contains("--no-progress  "))
    }

    @Test(arguments: [["--version"], ["-q", "--version"], ["completion", "--version"]])
    func `The version is one line`(arguments: [String]) async {
        let recorder = Recorder()
        #expect(await recorder.program(arguments).run() == 0)
        #expect(recorder.output == "git-model version \(Version.current)\n")
    }

    @Test func `A group without a verb is an error to a program, and help to people`() async {
        let recorder = Recorder()
        #expect(await recorder.run("remote", "--json") == 2)
        #expect(recorder.output == "" && recorder.error.contains("\"message\":\"git model remote needs a verb\""))
        #expect(await Recorder().run("remote", "--json", "-h") == 0)
        #expect(await Recorder().run("remote") == 0)
    }

    @Test func `Help shows every option that is not hidden`() {
        let page = HelpPage(width: 80).verb(SampleCommand.self, path: ["sample"])
        #expect(
            page == """
                usage: git model sample [<options>]

                Try things.

                  --ending <ending>   (default: ok)
                  --asks

                Every verb also takes -q, -v, --json, --no-progress, -C, --color, --trust: see
                `git model -h`.

                """
        )
    }

    @Test(arguments: [
        ("completoin", "completion", 1), ("completion", "completion", 0), ("tga", "tag", 1), ("", "tag", 3),
        ("push", "pull", 2),
    ])
    func `Distance counts letters added, removed, replaced and swapped`(first: String, second: String, distance: Int) {
        #expect(EditDistance.between(first, second) == distance)
    }
}
