import TestSupport
import Testing

/// What a report says of layers, in whichever form.
@Suite struct ReportLayerTests {
    @Test(arguments: ["--md", "--html"])
    func `It says whose figures they are, and that something is no number`(form: String) async throws {
        let session = try await Session()
        var model = SafetensorsBytes([("layers.0.w", 70_000), ("layers.1.w", 70_000)], seed: 1)
        for turn in 0..<3 {
            try session.scratch.write(model.bytes, to: "m.safetensors")
            try await session.succeed("add", "-q", "m.safetensors")
            try await session.shell("git commit -qm \(turn)")
            model.train(seed: UInt64(2 + turn))
            if turn == 1 { model.tensors[1].values[7] = .nan }
        }
        let even = await session.run("report", "HEAD~2..HEAD~1", form)
        #expect(even.output.contains("by author") && !even.output.contains("NaN"), "\(even)")
        let odd = await session.run("report", "HEAD~1..HEAD", form)
        #expect(odd.output.contains("by author") && odd.output.contains("1 NaN or Inf"), "\(odd)")
    }

    @Test func `Where something was all zeros before, a layer moved farther than any number`() async throws {
        let session = try await Session()
        let names = ["layers.0.w", "layers.0.b", "layers.1.b", "layers.2.w"]
        var model = SafetensorsBytes(names.map { ($0, 70_000) }, seed: 1)
        for position in [1, 2] { model.tensors[position].values = Array(repeating: 0, count: 70_000) }
        for turn in 0..<2 {
            try session.scratch.write(model.bytes, to: "m.safetensors")
            try await session.succeed("add", "-q", "m.safetensors")
            try await session.shell("git commit -qm \(turn)")
            model.train(seed: UInt64(2 + turn))
        }
        let markdown = await session.run("report", "HEAD~1..HEAD", "--md")
        for text in ["`███` 3 layers changed", "| `layers.0` | 2 | inf | ", "| `layers.1` | 1 | inf | "] {
            #expect(markdown.output.contains(text), "\(text): \(markdown)")
        }
        let page = await session.run("report", "HEAD~1..HEAD", "--html")
        #expect(page.output.contains(">inf</td>") && !page.output.contains("not known"), "\(page)")
        let document = await session.run("report", "HEAD~1..HEAD", "--json")
        #expect(document.output.contains("\"relativeDistance\":\"Infinity\""), "\(document)")
    }

    @Test(arguments: [["report", "HEAD~1..HEAD"], ["diff", "--md", "HEAD~1", "HEAD"]])
    func `Layers of several files are told apart, and what was moved from what it was`(words: [String]) async throws {
        let session = try await Session()
        var model = SafetensorsBytes([("layers.0.w", 70_000)], seed: 1)
        try session.scratch.write("weights", to: "a.bin")
        try await session.succeed("add", "-q", "a.bin")
        for turn in 0..<2 {
            for file in ["one", "two"] {
                try session.scratch.write(model.bytes, to: "t/\(file)/m.safetensors")
                model.train(seed: UInt64(2 + turn))
            }
            try await session.succeed("add", "-q", "t")
            if turn == 1 { try await session.succeed("mv", "-q", "a.bin", "b.bin") }
            try await session.shell("git add -A && git commit -qm \(turn)")
        }
        let places = ["one/m.safetensors: layers.0", "two/m.safetensors: layers.0"]
        let markdown = await session.run(words)
        #expect(markdown.output.contains("| renamed | `a.bin` → `b.bin` |"), "\(markdown)")
        for place in places { #expect(markdown.output.contains("| `\(place)` | 1 |"), "\(place): \(markdown)") }
        guard words[0] == "report" else { return }
        let page = await session.run(words + ["--html"])
        #expect(page.output.contains("<code>a.bin</code> → <code>b.bin</code>"), "\(page)")
        for place in places {
            #expect(page.output.contains("<code>\(place)</code>"), "\(place): \(page)")
            #expect(page.output.contains("\(place): "), "\(place): \(page)")
        }
    }

    @Test func `What no figure tells is told in words, and no strip calls it unchanged`() async throws {
        let session = try await Session()
        let layers = (0..<12).flatMap { ["layers.\($0).w", "layers.\($0).b"] }
        var model = SafetensorsBytes([("head", 70_000), ("gone", 70_000), ("wide", 70_000)], seed: 1)
        for turn in 0..<2 {
            try session.scratch.write(model.bytes, to: "m.safetensors")
            try await session.succeed("add", "-q", "m.safetensors")
            try await session.shell("git commit -qm \(turn)")
            model.tensors.remove(at: 1)
            model.tensors[0].values[1] = .nan
            model.tensors[0].values[2] = .infinity
            model.tensors[1].values.append(1)
            model.tensors += SafetensorsBytes(layers.map { ($0, 100) }, seed: 2).tensors
            if turn == 0 { #expect(model.tensors.count == 26) }
        }
        let markdown = try await session.succeed("diff", "--md", "HEAD~1", "HEAD")
        let rows = markdown.output.split(separator: "\n")
        for (name, words) in [
            ("gone", "1 removed"), ("wide", "1 reshaped"), ("head", "2 NaN or Inf"), ("layers.3", "2 added"),
        ] {
            let row = rows.first { $0.hasPrefix("| `\(name)` |") }
            #expect(row?.hasSuffix("| \(words) |") == true, "\(name): \(markdown)")
        }
        // Layers are in the order of their names.
        #expect(markdown.output.contains("`?█\(String(repeating: "?", count: 13))` 15 layers changed"), "\(markdown)")
        let page = await session.run("report", "--bootstrap", "HEAD~1..HEAD", "--html")
        for words in ["1 removed", "1 reshaped", "2 NaN or Inf", "2 added"] {
            #expect(page.output.contains(">\(words)</td>"), "\(words): \(page)")
        }
        let lines = try await session.succeed("diff", "HEAD~1", "HEAD").output.split(separator: "\n")
        #expect(lines.contains { $0.contains("layers.11") && $0.hasSuffix("  2 added") }, "\(lines)")
    }
}
