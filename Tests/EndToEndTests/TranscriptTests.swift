import TestSupport
import Testing

@Suite struct TranscriptTests {
    /// Documents whose commands exist; the list grows with the verbs.
    static let enabled = [
        "usage.md", "init.md", "add.md", "status.md", "push.md", "run.md", "tag.md", "promote.md", "checkout.md",
        "diff.md", "report.md",
        "doctor.md", "deploy.md", "smoke-failed.md", "rollback.md", "monitor.md",
    ]

    /// Documents that describe what is still to be built.
    static let pending: [String] = []

    @Test(arguments: enabled)
    func `A transcript's commands print what it says`(name: String) async throws {
        let mismatches = try await run(name)
        #expect(mismatches.isEmpty, "\(mismatches.joined(separator: "\n"))")
    }

    @Test(arguments: ["coming-from-elsewhere.md"])
    func `A guide's commands print what it says`(name: String) async throws {
        let mismatches = try await run("../\(name)")
        #expect(mismatches.isEmpty, "\(mismatches.joined(separator: "\n"))")
    }

    @Test(arguments: pending)
    func `A pending transcript does not pass yet`(name: String) async throws {
        let mismatches = try await run(name)
        #expect(!mismatches.isEmpty, "docs/transcripts/\(name) passes: move it to the enabled ones")
    }

    @Test func `Every transcript is either enabled or pending`() throws {
        let documents = try PackageFiles.names(in: "docs/transcripts").filter {
            $0.hasSuffix(".md") && $0 != "README.md"
        }
        #expect(documents == (Self.enabled + Self.pending).sorted())
    }

    private func run(_ name: String) async throws -> [String] {
        let transcript = Transcript(parsing: try PackageFiles.text("docs/transcripts/\(name)"))
        try #require(!transcript.steps.isEmpty)
        return try await transcript.mismatches(in: ScratchRepository(initialized: false))
    }
}
