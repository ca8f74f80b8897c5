import TestSupport
import Testing

@testable import CommandLineInterface

/// Markdown that is for a comment fits into one, however much there is to say.
@Suite struct CommentLengthTests {
    @Test func `Of many layers a comparison shows the first, and what comes behind them is there`() async throws {
        let session = try await Session()
        let files = (0..<6).map { "m\($0).safetensors" }
        var model = SafetensorsBytes((0..<200).map { ("model.decoder.layers.\($0).weight", 400) }, seed: 1)
        for turn in 0..<2 {
            for file in files {
                try session.scratch.write(model.bytes, to: file)
                try await session.succeed("add", "-q", file)
            }
            model.train(seed: 2)
            try session.scratch.write("lr: 0.\(turn + 1)\n", to: "params.yaml")
            try await session.shell("git add -A && git commit -qm \(turn)")
        }
        let answer = try await session.succeed("diff", "--md", "HEAD~1", "HEAD")
        #expect(answer.output.utf8.count <= Markdown.byteLimit)
        for text in files.map({ "#### Inside `\($0)`\n" }) + ["\n… and 175 more.\n", "| `lr` | `0.1` | `0.2` |"] {
            #expect(answer.output.contains(text), "\(text): \(answer)")
        }
        // Where there is room, more of them are shown.
        let one = try await session.succeed("diff", "--md", "HEAD~1", "HEAD", "--", files[0])
        #expect(one.output.contains("| `model.decoder.layers.199` | 1 |"), "\(one)")
    }

    @Test func `What is still too long is cut at the end of a line, before what has to be there`() {
        var page = Markdown()
        #expect(page.fitting(before: "end\n", note: "it is elsewhere") == "end\n")
        for number in 0..<10_000 { page.line("line \(number)") }
        let text = page.fitting(before: "end\n", note: "it is elsewhere")
        #expect(text.utf8.count <= Markdown.byteLimit && text.utf8.count > Markdown.byteLimit - 100)
        #expect(text.hasPrefix("line 0\nline 1\n"))
        #expect(text.hasSuffix("\n… the rest did not fit; it is elsewhere.\nend\n"))
    }
}
