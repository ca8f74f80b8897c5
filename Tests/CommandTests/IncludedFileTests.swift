import TestSupport
import Testing

/// Which files of a directory `.mverignore` keeps out of its artifact.
@Suite struct IncludedFileTests {
    @Test(arguments: ["x", ":x", ":(icase)x", "[x]"])
    func `The patterns count in a directory of any name`(name: String) async throws {
        let session = try await Session("echo '*.tmp' > .mverignore")
        try session.scratch.write("1\n", to: "\(name)/a")
        try session.scratch.write("2\n", to: "\(name)/b.tmp")
        let answer = try await session.succeed("add", "./\(name)")
        #expect(answer.output.contains("  1 file  2 B  "), "\(answer)")
    }
}
