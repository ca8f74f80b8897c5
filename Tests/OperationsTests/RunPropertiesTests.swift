import ModelCore
import Runs
import Testing

@testable import Operations

/// What of two runs is compared beside metrics and parameters.
@Suite struct RunPropertiesTests {
    @Test func `A parameter that became a text of what it was differs, and one that is written otherwise does not`() {
        let old: [String: ParameterValue] = ["lr": .real(0.01), "text": .text("a"), "n": .real(1)]
        let new: [String: ParameterValue] = ["lr": .text("0.01"), "text": .text("a"), "n": .integer(1)]
        let rows = ReviewChanges.Report.Row.changes(from: old, to: new, label: "m ")
        #expect(rows.map(\.name) == ["m lr"] && rows.first?.before == "0.01" && rows.first?.after == "\"0.01\"")
    }

    private func record() throws -> RunRecord {
        RunRecord(
            id: try #require(RunID(String(repeating: "a", count: 32))),
            name: nil,
            started: Timestamp(milliseconds: 1_700_000_000_123),
            command: ["python", "train.py"],
            directory: "",
            origin: RunOrigin(host: nil, user: nil),
            code: RunCode(commit: nil, branch: nil, remote: nil, isDirty: false, difference: nil)
        )
    }

    @Test func `Of an environment everything counts that is recorded`() throws {
        var (before, after) = (RunEnvironment(kind: .venv), RunEnvironment(kind: .venv))
        before.variables = ["OMP_NUM_THREADS": "4", "PYTHONHASHSEED": "1"]
        after.variables = ["OMP_NUM_THREADS": "8", "PYTHONHASHSEED": "1"]
        (before.locks, after.locks) = (["uv.lock": "sha256:1"], ["uv.lock": "sha256:2"])
        (before.processors, after.processors) = (8, 16)
        (before.architecture, after.architecture) = ("x86_64", "aarch64")
        after.cuda = "12.4"
        var (old, new) = (try record(), try record())
        (old.environment, new.environment) = (before, after)
        let rows = ReviewChanges.Report.Row.changes(from: old.environmentProperties, to: new.environmentProperties)
        #expect(
            rows.map { "\($0.name): \($0.before ?? "–") → \($0.after ?? "–")" } == [
                "architecture: x86_64 → aarch64", "cuda: – → 12.4", "locks.uv.lock: sha256:1 → sha256:2",
                "processors: 8 → 16", "variables.OMP_NUM_THREADS: 4 → 8",
            ]
        )
    }

    @Test func `Data that have no digest are said to be unchecked`() throws {
        var run = try record()
        run.data = [RunData(source: "https://example.org/a.csv", kind: .url, digest: nil, size: nil)]
        #expect(run.dataProperties == ["https://example.org/a.csv": "not checked"])
    }
}
