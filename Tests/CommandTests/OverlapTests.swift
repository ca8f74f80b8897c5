import TestSupport
import Testing

/// Artifacts of versions that would come to be inside others, or around them.
@Suite struct OverlapTests {
    @Test func `No artifact is checked out into another, nor over others`() async throws {
        let session = try await Session("mkdir weights && echo 1 > weights/a.bin")
        try await session.succeed("add", "-q", "weights/a.bin")
        try await session.shell("git commit -qm parts && git branch parts && git switch -q -c whole HEAD~1")
        try await session.succeed("add", "-q", "weights")
        try await session.shell("git commit -qm whole")
        let inside = await session.run("checkout", "parts", "--", "weights/a.bin")
        #expect(inside.exitCode == 5)
        #expect(
            inside.error == """
                error: cannot check out weights/a.bin of parts: it is inside the artifact weights
                hint: stop tracking that first: `git model rm --cached weights`

                """
        )
        #expect(try await session.shell("git status --porcelain") == "")
        try await session.shell("git switch -q parts")
        let around = await session.run("checkout", "--force", "whole", "--", "weights")
        #expect(around.exitCode == 5)
        #expect(
            around.error == """
                error: cannot check out weights of whole: it holds the artifact weights/a.bin
                hint: stop tracking that first: `git model rm --cached weights/a.bin`

                """
        )
        #expect(try await session.shell("git status --porcelain") == "")
    }
}
