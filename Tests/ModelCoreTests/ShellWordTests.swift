import ModelCore
import Testing

@Suite struct ShellWordTests {
    @Test func `A quote is a quote, whatever stands behind it`() {
        #expect(ShellWord.quoted("a'\u{301};b").unicodeScalars.elementsEqual("'a'\\''\u{301};b'".unicodeScalars))
    }

    @Test(
        arguments: [
            ("python serve.py --port 80", ["python", "serve.py", "--port", "80"]), ("", []),
            ("  a \t b\n", ["a", "b"]),
            (#"a 'b c' "d e"f"#, ["a", "b c", "d ef"]), (#"a\ b "\"c\"" '\'"#, ["a b", #""c""#, #"\"#]),
            (#"'' "" x"#, ["", "", "x"]), ("a\\\nb", ["ab"]), (#""a\nb""#, [#"a\nb"#]), ("a#b ~b=~", nil),
            ("a~ b#", ["a~", "b#"]), ("'é ü'", ["é ü"]),
        ] as [(String, [String]?)]
    )
    func `Words stand without their quotes`(command: String, words: [String]?) {
        #expect(ShellWord.words(of: command) == words)
    }

    @Test(arguments: [
        "a | b", "a > b", "$HOME/x", "`x`", "\"$x\"", "a; b", "a & b", "*.py", "'a", "\"a", "a\\", "# x", "~/x",
    ])
    func `What takes a shell to understand has no words`(command: String) {
        #expect(ShellWord.words(of: command) == nil)
    }

    @Test(arguments: [["a", "b c"], ["it's", "", "$x"], ["\n", "é"]])
    func `Words that were quoted come back`(words: [String]) {
        #expect(ShellWord.words(of: words.map(ShellWord.quoted).joined(separator: " ")) == words)
    }
}
