import TestSupport
import Testing

@Suite struct TranscriptPatternTests {
    @Test(arguments: [
        ("at <oid>.", "at 0123abc."),
        ("sha256:<oid>", "sha256:" + String(repeating: "a", count: 64)),
        ("<size> sent in <time>", "1.3 MB sent in 0.4 s"),
        ("git ... is new", "git 2.39.5 is new"),
        ("on <date>", "on 2026-01-02"),
        ("", ""),
    ])
    func `A placeholder stands for what it says`(pattern: String, line: String) {
        #expect(TranscriptPattern.matches([line], [pattern]))
    }

    @Test(arguments: [
        ("at <oid>.", "at 0123abg."), ("<size>", "1.3 XB"), ("<time>", "soon"), ("a", "ab"), ("ab", "a"), ("", "x"),
        ("<oid>", "0123ABC"),
    ])
    func `A placeholder stands for nothing else`(pattern: String, line: String) {
        #expect(!TranscriptPattern.matches([line], [pattern]))
    }

    @Test func `Three dots alone stand for any number of lines`() {
        #expect(TranscriptPattern.matches(["a", "b", "c"], ["a", "...", "c"]))
        #expect(TranscriptPattern.matches(["a", "c"], ["a", "...", "c"]))
        #expect(TranscriptPattern.matches(["a", "b"], ["a", "..."]))
        #expect(!TranscriptPattern.matches(["a", "b"], ["...", "c"]))
    }

    @Test func `Blocks become steps in order`() {
        let transcript = Transcript(
            parsing: "text\n```sh setup\na\nb\n```\n\n```console\n$ one\nout\n$ two\n> more\n[exit 1]\n```\n"
        )
        #expect(
            transcript.steps == [
                .init(command: "a\nb\n", expected: nil, line: 2),
                .init(command: "one", expected: ["out"], line: 8),
                .init(command: "two\nmore", expected: ["[exit 1]"], line: 10),
            ]
        )
    }

    @Test func `Output, exit codes and failed set-up are all compared`() async throws {
        let document = """
            ```sh setup
            false
            ```
            ```console
            $ printf 'no newline'; cd /tmp
            no newline
            $ pwd; echo oops >&2
            /tmp
            oops
            $ (exit 3)
            $ echo right
            wrong
            ```
            """
        let mismatches = try await Transcript(parsing: document).mismatches(in: ScratchRepository(initialized: false))
        #expect(mismatches.map { $0.prefix(8) } == ["line 1: ", "line 10:", "line 11:"])
    }
}
