import Deployment
import Testing

/// What a target's directory says of a release with a part of the traffic.
struct CanaryTests {
    private static let release = ReleaseID("m-v1.1.0-0123456789ab")

    @Test func `It is read as it was written`() throws {
        let release = try #require(Self.release)
        for field in [nil, "X-Tenant"] {
            let canary = Canary(release: release, percent: 30, stickyField: field)
            #expect(Canary(parsing: try canary.encoded()) == canary)
        }
    }

    @Test(arguments: [
        "", "{", "[]", #"{"schema": 2, "release": "m", "percent": 30}"#, #"{"schema": 1, "release": "m"}"#,
        #"{"schema": 1, "release": "m", "percent": 0}"#, #"{"schema": 1, "release": "m", "percent": 100}"#,
        #"{"schema": 1, "release": "../m", "percent": 30}"#,
        #"{"schema": 1, "release": "m", "percent": 30, "stickyField": "a b"}"#,
        #"{"schema": 1, "release": "m", "percent": 30, "stickyField": ""}"#,
    ])
    func `Anything else gives nobody a part`(text: String) { #expect(Canary(parsing: Array(text.utf8)) == nil) }

    @Test func `An event notes the part, and one that was forced lets a bad version be good again`() throws {
        let release = try #require(Self.release)
        let text = """
            {"schema": 1, "release": "\(release)", "model": "m", "version": "v1.1.0", "tag": "m@v1.1.0", "commit": "0",
             "digest": "sha256:0", "details": {}, "plan": {"serve": [], "batch": [], "endpoint": "/invocations"},
             "smoke": {"result": "passed", "found": "", "place": "target", "milliseconds": 1}}
            """
        let seal = try #require(SealFile.seal(of: release, parsing: Array(text.utf8)))
        let target = try TargetName("edge")
        func event(_ sequence: Int, _ state: DeploymentEvent.State, isForced: Bool = false) -> DeploymentEvent {
            DeploymentEvent(
                id: "\(sequence)",
                sequence: sequence,
                target: target,
                action: .deploy,
                state: state,
                of: seal,
                previous: nil,
                host: "here",
                at: "2026-01-02T03:04:05Z",
                isForced: isForced
            )
        }
        var paused = event(1, .paused)
        #expect(paused.canaryPercent == nil)
        paused.note(Canary(release: release, percent: 30, stickyField: "X-Tenant"))
        #expect(paused.canaryPercent == 30 && paused.details["stickyHeader"] == "X-Tenant")
        var ended = event(2, .succeeded)
        ended.abandoned = release
        ended.noteEndOfCanary()
        #expect(!ended.endsCanary && !paused.endsCanary)
        ended.action = .rollback
        #expect(ended.endsCanary && ended.canaryPercent == 0)
        // A part of the traffic makes nothing current.
        #expect(DeploymentHistory(target, [paused]).current == nil)
        #expect(DeploymentHistory(target, [paused, ended]).isBad(release))
        #expect(!DeploymentHistory(target, [paused, ended, event(3, .paused, isForced: true)]).isBad(release))
        #expect(DeploymentHistory(target, [paused, ended, event(3, .paused)]).isBad(release))
    }
}
