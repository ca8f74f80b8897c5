import TestSupport
import Testing

/// What models take and give is compared model by model, and where it differs, whoever reviews it is told.
@Suite struct SignatureChangeTests {
    /// A model of that name, with a signature and a version, v1.0.0.
    private static func session(model: String) async throws -> Session {
        let session = try await Session(model: model)
        try await describe("x", in: session)
        try await session.shell("seq 9 > a.bin")
        try await session.succeed("add", "-q", "a.bin")
        try await session.shell("git add -A && git commit -qm One")
        try await session.succeed("tag", "-q", "v1.0.0")
        return session
    }

    private static func describe(_ input: String, in session: Session) async throws {
        let inputs = #"[{"name": "\#(input)", "dtype": "float32", "shape": [-1, 4]}]"#
        try session.scratch.write(#"{"inputs": \#(inputs), "outputs": []}"#, to: "../signature.json")
        try await session.succeed("describe", "-q", "--signature", "../signature.json")
    }

    @Test func `A model that came in beside it changes nothing of a signature`() async throws {
        let session = try await Self.session(model: "alpha")
        try await session.succeed("init", "-q", "--no-hooks", "--name", "beta")
        try await session.shell("seq 8 > b.bin")
        try await session.succeed("add", "-q", "b.bin", "--model", "beta")
        try await session.shell("git add -A && git commit -qm Two")
        try await session.succeed("tag", "-q", "--force", "alpha@v1.1.0")
        for versions in [["alpha@v1.0.0", "alpha@v1.1.0"], ["alpha@v1.0.0", "HEAD"], ["alpha@v1.0.0"]] {
            let answer = await session.run(["diff", "--exit-code"] + versions)
            #expect(answer.exitCode == 0 && answer.output.hasSuffix("\nNo artifact differs\n"), "\(answer)")
        }
        let all = try await session.succeed("diff", "HEAD~1", "HEAD")
        #expect(all.output.contains("added  b.bin") && !all.output.contains("signature"), "\(all)")
    }

    @Test func `A model that has another name now has its signature still`() async throws {
        let session = try await Self.session(model: "walk")
        try await session.shell(
            """
            git mv .mver/models/walk.json .mver/models/run.json && sed -i 's/"walk"/"run"/' .mver/models/run.json
            git commit -qam Rename
            """
        )
        try await session.succeed("tag", "-q", "--force", "run@v1.1.0")
        let answer = await session.run("diff", "--exit-code", "walk@v1.0.0", "run@v1.1.0")
        #expect(answer.exitCode == 0 && answer.output.hasSuffix("\nNo artifact differs\n"), "\(answer)")
    }

    @Test func `A signature that changed is in the review, and on the page of the version`() async throws {
        let session = try await Self.session(model: "small")
        try await Self.describe("q", in: session)
        try await session.shell("seq 7 > a.bin")
        try await session.succeed("add", "-q", "a.bin")
        try await session.shell("git add -A && git commit -qm Two")
        try await session.succeed("tag", "-q", "v2.0.0")
        let markdown = await session.run("report", "HEAD~1..HEAD")
        for text in [
            "### Signature\n", "| `inputs.q` | – | `float32 [-1,4]` |", "| `inputs.x` | `float32 [-1,4]` | – |",
        ] {
            #expect(markdown.output.contains(text), "\(text): \(markdown)")
        }
        let page = await session.run("report", "HEAD~1..HEAD", "--html")
        #expect(page.output.contains("<h2>Signature</h2>") && page.output.contains("<td>inputs.q</td>"), "\(page)")
        let document = await session.run("report", "HEAD~1..HEAD", "--json")
        #expect(document.output.contains(#""signature":[{"after":"float32 [-1,4]","name":"inputs.q"}"#), "\(document)")
        try await session.succeed("export", "site", "-q", "../site")
        let version = try await session.shell("cat ../site/models/small/v2.0.0.html")
        #expect(version.contains("<h3>Signature</h3>") && version.contains("<td>inputs.x</td>"), "\(version)")
        let first = try await session.shell("cat ../site/models/small/v1.0.0.html")
        #expect(!first.contains("<h3>Signature</h3>"), "\(first)")
    }
}
