import Deployment
import FoundationEssentials
import ModelCore
import SystemIO
import SystemPackage

/// Events and seals of one target.
enum EventFixture {
    static func target() throws -> TargetName { try TargetName("edge") }

    static func seal(_ version: String = "v1.0.0") throws -> ReleaseSeal {
        let release = Release(
            model: try ModelName("bert"),
            version: version,
            tag: "bert@\(version)",
            commit: String(repeating: "a", count: 40),
            committed: 1_700_000_000,
            files: try TreeListing([]),
            digest: Digest(words: (UInt64(version.utf8.count), 0, 0, 0)),
            plan: ReleasePlan()
        )
        return ReleaseSeal(release, smoke: SmokeOutcome(.passed), details: ["own": "kept"])
    }

    static func event(_ sequence: Int, of seal: ReleaseSeal, reason: String? = nil) throws -> DeploymentEvent {
        DeploymentEvent(
            id: Hexadecimal.string([UInt8](repeating: UInt8(truncatingIfNeeded: sequence), count: 16)),
            sequence: sequence,
            target: try target(),
            action: .rollback,
            state: .succeeded,
            of: seal,
            previous: String(repeating: "b", count: 32),
            abandoned: ReleaseID("bert-v2.0.0-000000000000"),
            reason: reason,
            by: "Ada",
            host: "here",
            at: "2026-01-02T03:04:05Z"
        )
    }

    /// Runs a test in a directory of its own that is not there yet.
    static func withDirectory(_ body: (FilePath) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "git-model-events-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: url) }
        try body(FilePath(url.path))
    }
}
