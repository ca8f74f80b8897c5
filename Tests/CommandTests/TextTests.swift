@testable import CommandLineInterface
import Testing

@Suite struct TextTests {
    @Test func `Columns are aligned and lines end without blanks`() {
        var table = Table([.left, .right, .left, .left], indent: 2)
        table.row("new", "1.3 MB", "", "weights/a.bin")
        table.row("\u{1B}[33mmodified\u{1B}[m", "21 B", "", "")
        table.row("日本", "5 B")
        #expect(
            table.lines == [
                "  new       1.3 MB  weights/a.bin",
                "  \u{1B}[33mmodified\u{1B}[m    21 B",
                "  日本         5 B",
            ]
        )
    }

    @Test(arguments: [
        ("weights/modell ü.bin", "weights/modell ü.bin"), ("a\nb", "\"a\\nb\""), ("a\"b\\", "\"a\\\"b\\\\\""),
        ("\u{1B}[31m", "\"\\033[31m\""), ("a\u{202E}b", "\"a\\342\\200\\256b\""), ("-x", "-x"),
    ])
    func `Names are quoted where they could be mistaken`(name: String, shown: String) {
        #expect(DisplayText.quoted(name) == shown)
    }

    @Test func `Messages can't steer the terminal`() {
        #expect(DisplayText.sanitized("a\u{1B}[2Jb\rc\nd\te") == "a?[2Jb?c\nd\te")
    }

    @Test func `A long path loses its front`() {
        #expect(DisplayText.tail(of: "weights/model.bin", cells: 10) == "…model.bin")
        #expect(DisplayText.tail(of: "model.bin", cells: 10) == "model.bin")
        #expect(DisplayText.tail(of: "日本語", cells: 5) == "…本語")
        #expect(DisplayText.tail(of: "model.bin", cells: 1) == "")
    }
}
