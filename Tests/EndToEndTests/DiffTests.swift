import TestSupport
import Testing

/// What `git model diff` says of two versions, with their bytes and without.
@Suite struct DiffTests {
    private static let figures = #""change":"changed","changedElements":"#

    @Test func `Each version is compared with the one before, either way round`() async throws {
        let scratch = try await TrainedModelSample.repository()
        let forth = try await scratch.run("git model diff --json v1.0.0 v2.0.0").expectSuccess().output
        #expect(forth.contains(#""name":"layer.1""#) && forth.contains(Self.figures))
        #expect(forth.contains(#""source":"add","unchanged":2"#))
        let back = try await scratch.run("git model diff v3.0.0 v2.0.0").expectSuccess().output
        #expect(back.contains("small@v3.0.0 → small@v2.0.0\n"))
        #expect(back.contains("  tensors: 1 changed, 2 unchanged\n"))
        #expect(back.contains("changed  layer.0  f32 [30000]  "))
        let none = try await scratch.run("git model diff").expectSuccess().output
        #expect(none == "HEAD → work tree\nNo artifact differs\n")
    }

    @Test func `What is added twice between commits is compared with the commit`() async throws {
        let scratch = try await TrainedModelSample.repository()
        let result = try await scratch.run(
            """
            cp ~/1 w/m.safetensors && git model add -q w/m.safetensors
            cp ~/2 w/m.safetensors && git model add -q w/m.safetensors
            git model diff --json
            """
        ).expectSuccess()
        #expect(result.output.contains(#""source":"add","unchanged":2"#))
        #expect(result.output.contains(Self.figures))
    }

    @Test func `Without a stored comparison, manifests tell what changed, and that it was not measured`() async throws {
        let scratch = try await TrainedModelSample.repository()
        let result = try await scratch.run("git model diff v1.0.0 v3.0.0").expectSuccess()
        #expect(result.output.contains("  tensors: 2 changed, 1 unchanged\n"))
        #expect(result.output.contains("layer.0  f32 [30000]  its values were not compared\n"))
        #expect(result.output.contains("warning: no comparison of these two versions is stored"))
    }

    @Test func `A reviewer's clone gets figures from the remote, and no weights`() async throws {
        let scratch = try await TrainedModelSample.repository()
        let result = try await scratch.run(
            """
            git clone -q . ~/review && cd ~/review
            git model diff --no-fetch v1.0.0 v2.0.0
            git model diff --json v1.0.0 v2.0.0 && echo
            git model diff v1.0.0 v3.0.0
            du -s -B1000 .git/model/store | cut -f1
            mv ~/models ~/gone && git model diff v1.0.0 v2.0.0 | tail -1
            rm -r .git/model/store && git model diff v1.0.0 v2.0.0
            """
        ).expectSuccess()
        let sentence = "which tensors they have is not known here: the manifests of"
        let problem = try Regex("\n  \(sentence) [0-9a-f]{12} and [0-9a-f]{12} are missing\n")
        #expect(result.output.contains(problem))
        #expect(result.output.contains(Self.figures))
        #expect(result.output.contains("  tensors: 2 changed, 1 unchanged\n"))
        let size = result.output.split(separator: "\n").compactMap { Int($0) }.first
        #expect((size ?? .max) < 300)
        #expect(result.output.contains("changed  layer.1  f32 [30000]  "))
        let away = "  which tensors they have is not known here, and cannot be fetched: cannot reach remote "
        #expect(result.output.contains(away))
    }

    @Test func `Artifacts come, go and move; paths and models limit what is compared`() async throws {
        let scratch = try await TrainedModelSample.repository()
        let result = try await scratch.run(
            """
            git model mv -q w/m.safetensors w/n.safetensors
            seq 1 100000 > a.bin && git model add -q a.bin
            git model diff && git model diff -- w && git model diff -- nowhere
            """
        )
        #expect(result.output.contains("\nadded  a.bin  589 kB sha256:"))
        #expect(result.output.contains("\nrenamed  w/m.safetensors → w/n.safetensors  560 kB sha256:"))
        #expect(result.output.ranges(of: "added  a.bin").count == 1)
        #expect(result.output.contains("error: nowhere is no artifact"))
        let gone = try await scratch.run("git model rm -q a.bin w/n.safetensors; git model diff; git model diff a b c")
        #expect(gone.output.contains("\nremoved  w/m.safetensors  560 kB sha256:"))
        #expect(gone.output.contains("two versions are compared, not 3"))
        #expect(gone.exitCode == 2)
    }

    @Test func `What got another name is told as that, and what became of it afterwards, in any clone`() async throws {
        let scratch = try await TrainedModelSample.repository()
        let result = try await scratch.run(
            """
            git model mv -q w/m.safetensors w/n.safetensors && git commit -qm Move && git model check HEAD~1..HEAD
            git model report HEAD~1..HEAD | grep '^What differs'
            cp ~/4 w/n.safetensors && git model add -q w/n.safetensors && git commit -qm More && git model push -q && echo ----
            git model diff HEAD~2 HEAD && echo ---- && git clone -q . ~/review && cd ~/review && git model diff HEAD~2 HEAD
            echo ---- && git model diff --md HEAD HEAD~2 && echo ---- && git model diff HEAD~4 HEAD
            """
        ).expectSuccess()
        let parts = result.output.split(separator: "----\n").map(String.init)
        try #require(parts.count == 5, "\(result.output)")
        #expect(parts[0].contains("  w/m.safetensors  it was renamed to w/n.safetensors\n"), "\(parts[0])")
        #expect(parts[0].contains("What differs has 0 B; a store with the earlier commit gets 0 B"), "\(parts[0])")
        for part in parts[1...2] {
            #expect(part.contains("\nrenamed  w/m.safetensors → w/n.safetensors  560 kB sha256:"), "\(part)")
            #expect(part.contains("  tensors: 1 changed, 2 unchanged\n") && part.contains("by author"), "\(part)")
        }
        #expect(parts[3].contains("| renamed | `w/n.safetensors` → `w/m.safetensors` |"), "\(parts[3])")
        #expect(parts[4].contains("\nremoved  w/m.safetensors  ") && parts[4].contains("\nadded  w/n.safetensors  "))
    }

    @Test func `In the middle of a merge, what is in conflict is not said to be gone`() async throws {
        let result = try await TrainedModelSample.repository().run(
            """
            git checkout -q -b side HEAD~1 && cp ~/4 w/m.safetensors && git model add -q w/m.safetensors
            git commit -qm Side && git merge main > ~/log 2>&1 || git model diff || echo code $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("error: ") && result.output.hasSuffix("code 3\n"), "\(result.output)")
        #expect(!result.output.contains("removed") && !result.output.contains("No artifact"), "\(result.output)")
    }
}
