import ModelCore
import Runs
import SystemIO
import SystemPackage
import Testing

/// How long it takes to read many runs; to be run by itself, for it is the clock that tells.
@Suite struct RunSpeedTests {
    @Test func `A thousand runs are read at once`() async throws {
        let root = FilePath("/tmp/runs-tests-\(UInt64.random(in: .min ... .max))")
        defer { try? Directories.removeTree(root) }
        let catalog = RunCatalog(root)
        for number in 0..<1000 {
            let digits = String(number, radix: 16)
            let id = try #require(RunID(String(repeating: "0", count: 32 - digits.count) + digits))
            var run = RunRecord(
                id: id,
                name: "run \(number)",
                started: Timestamp(milliseconds: 1_700_000_000_000 + Int64(number)),
                command: ["python", "train.py"],
                directory: "",
                origin: RunOrigin(host: "host", user: "Ada"),
                code: RunCode(commit: "c0ffee", branch: "main", remote: nil, isDirty: false, difference: nil)
            )
            run.status = .finished
            run.parameters = ["lr": .real(1 / Double(number + 1)), "depth": .integer(4), "name": .text("small")]
            run.metrics = ["loss": MetricSummary(value: 0.5), "accuracy": MetricSummary(value: 0.9)]
            run.environment = RunEnvironment(kind: .venv)
            let directory = catalog.directory(of: id).path
            try Directories.create(directory, durable: false)
            try DurableFile.write(run.encoded(), to: directory.appending("run.json"), durable: false)
        }
        let filter = try RunFilter("accuracy > 0.5 and params.lr < 1e-2")
        var best = Duration.seconds(1000)
        for _ in 0..<5 {
            let start = ContinuousClock.now
            let records = try await catalog.contents(on: .shared).records
            let found = records.filter { filter.accepts($0) }
            best = min(best, ContinuousClock.now - start)
            #expect(records.count == 1000 && found.count == 900)
        }
        // Programs that are not optimised take many times as long.
        #if DEBUG
            let limit = Duration.seconds(4)
        #else
            let limit = Duration.milliseconds(100)
        #endif
        #expect(best < limit, "1,000 runs took \(best)")
    }
}
