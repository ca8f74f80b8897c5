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
}
