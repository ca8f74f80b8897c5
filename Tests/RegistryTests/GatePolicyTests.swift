import ModelCore
import Testing

@testable import Registry

struct GatePolicyTests {
    private func policy(_ text: String) async throws -> GatePolicy {
        let scratch = try await Scratch()
        try scratch.write(text, to: ".mver/config")
        let configuration = try await Configuration.load(scratch.open(), environment: [:])
        return try GatePolicy(of: try StageName("production"), in: configuration)
    }

    @Test func `Gates are those of the stage, in the tracked file`() async throws {
        let policy = try await policy(
            """
            [gate "production"]
                metric = accuracy >= 0.9
                metric = loss min_relative_change=0.01 greater_is_better=false
                require = signed run
                require = remote
            [gate "staging"]
                metric = f1
            """
        )
        #expect(policy.metrics.map(\.name) == ["accuracy", "loss"])
        #expect(policy.metrics[0].threshold == 0.9 && policy.metrics[0].isGreaterBetter)
        #expect(policy.metrics[1].minRelativeChange == 0.01 && !policy.metrics[1].isGreaterBetter)
        #expect(policy.requirements == [.run, .signed, .remote])
        #expect(try await self.policy("").isEmpty)
    }

    @Test(arguments: [
        "metric = accuracy > high", "metric =", "metric = a threshold=nan", "metric = a b=c", "metric = a threshold",
        "require = signature", "metrics = accuracy", "require =", "require",
    ])
    func `What is not understood is an error, and no open gate`(_ line: String) async throws {
        await #expect(throws: GatePolicyError.self) { try await policy("[gate \"production\"]\n    \(line)\n") }
    }

    @Test func `Everything that no gate may say is named, of all stages`() async throws {
        let scratch = try await Scratch()
        try scratch.write(
            """
            [gate "production"]
                metric = accuracy >= 0.9
                require = signed ruin
            [gate "staging"]
                metric = f1 over 0.9
            [gate "a b"]
                metric = f1
            """,
            to: ".mver/config"
        )
        let problems = GatePolicy.problems(in: try await Configuration.load(scratch.open(), environment: [:]))
        #expect(problems.count == 3, "\(problems)")
        #expect(problems.contains { $0.hasPrefix("gate ruin of .mver/config is none of run, ") }, "\(problems)")
        #expect(problems.contains("gate \"f1 over 0.9\" of .mver/config is no condition on a metric"), "\(problems)")
        #expect(problems.contains { $0.hasPrefix("gate.a b.metric of .mver/config: ") }, "\(problems)")
        try scratch.write("[gate]\n    require = run\n", to: ".mver/config")
        let nameless = GatePolicy.problems(in: try await Configuration.load(scratch.open(), environment: [:]))
        #expect(nameless == ["gate.require of .mver/config is no stage's: gates stand below [gate \"STAGE\"]"])
    }

    @Test(
        arguments: [
            ("top 5  accuracy >= 0.9", "top 5  accuracy", 0.9), ("  ünïcode name < 1", "ünïcode name", 1),
            ("val loss threshold=2 greater_is_better=false", "val loss", 2), ("a b min_absolute_change=0", "a b", nil),
            ("a", "a", nil),
        ] as [(String, String, Double?)]
    )
    func `A metric's name may have blanks`(_ gate: String, _ name: String, _ threshold: Double?) throws {
        let gate = try MetricGate(gate)
        #expect(gate.name == name && gate.threshold == threshold)
    }

    @Test(arguments: ["a b", "a < b >= 0.5", "0.5 <= a <= 0.9", "a threshold=1 >= 2", ">= 0.5", "a >= 1 b=2"])
    func `What may mean something else is no name`(_ gate: String) {
        #expect(throws: GatePolicyError.self) { try MetricGate(gate) }
    }

    @Test(
        arguments: [
            ("a >= 0.9", 0.9, nil, true), ("a >= 0.9", 0.89, nil, false), ("a <= 0.5", 0.5, nil, true),
            ("a <= 0.5", 0.6, nil, false), ("a", 0.8, 0.8, true), ("a", 0.79, 0.8, false), ("a", 0.1, nil, true),
            ("a greater_is_better=false", 0.9, 0.8, false), ("a greater_is_better=false", 0.7, 0.8, true),
            ("a min_absolute_change=0.1", 0.85, 0.8, false), ("a min_absolute_change=0.1", 0.95, 0.8, true),
            ("a min_relative_change=0.1", 0.87, 0.8, false), ("a min_relative_change=0.1", 0.89, 0.8, true),
            ("a min_relative_change=0.1", 0.0, 0.0, false), ("a min_relative_change=0.1", 0.1, 0.0, true),
            ("a min_relative_change=0.1", -0.8, -1.0, true), ("a min_relative_change=0.1", -0.95, -1.0, false),
            ("a threshold=0.5 min_absolute_change=0", 0.6, 0.7, false), ("a >= 0", Double.nan, nil, false),
            ("a >= 0", Double.infinity, nil, false), ("a", 0.1, Double.nan, true), ("a", nil, 0.1, false),
        ] as [(String, Double?, Double?, Bool)]
    )
    func `A metric passes`(_ gate: String, _ value: Double?, _ now: Double?, _ isPassed: Bool) throws {
        #expect((try MetricGate(gate).objection(to: value, against: now) == nil) == isPassed)
    }

    @Test func `Signers are OpenSSH's lines, and fingerprints of OpenPGP keys`() {
        let fingerprint = String(repeating: "AB12", count: 10)
        let signers = AllowedSigners(
            parsing: Array("# us\na@b ssh-ed25519 AAAA\ngpg:\(fingerprint.lowercased()) # Ada\ngpg:1234\n".utf8)
        )
        #expect(signers.fingerprints == [fingerprint])
        #expect(String(decoding: signers.lines, as: UTF8.self) == "# us\na@b ssh-ed25519 AAAA\n")
        #expect(AllowedSigners(parsing: nil).isEmpty)
    }

    @Test func `Requests name models, stages and versions, and nothing else`() throws {
        var requests = StageRequests()
        let request = StageRequests.Request(try SemanticVersion("v1.2.0"))
        requests.ask(for: request, of: try ModelName("bert"), in: try StageName("production"))
        #expect(try StageRequests(parsing: requests.encoded) == requests)
        var again = requests
        again.ask(for: request.repeated, of: try ModelName("bert"), in: try StageName("production"))
        #expect(again != requests && again.all[0].request.version == request.version)
        #expect(try StageRequests(parsing: again.encoded) == again)
        let text = #"{"bert": {"production": {"again": 1, "version": "v1.2.0"}}}"#
        #expect(try StageRequests(parsing: Array(text.utf8)) == again)
        for text in [
            "[]", "{\"bert\": 1}", "{\"bert\": {\"latest\": \"v1.0.0\"}}", "{\"bert\": {\"a\": \"1.0\"}}", "{",
            #"{"bert": {"a": {"version": "v1.0.0"}}}"#, #"{"bert": {"a": {"version": "v1.0.0", "again": 0}}}"#,
            #"{"bert": {"a": {"version": "v1.0.0", "again": 1, "x": 1}}}"#,
        ] {
            #expect(throws: FormatError.self) { try StageRequests(parsing: Array(text.utf8)) }
        }
    }
}
