import Deployment
import SystemIO
import TestSupport
import Testing

@testable import Operations

/// What a Git remote is said to have of a target's events.
@Suite struct RecordSharingTests {
    private let repository: ScratchRepository
    private let sharing: RecordSharing
    private let event: DeploymentEvent

    /// Sets up a clone with a Git remote, and notes an event in its journal.
    init() async throws {
        repository = try await ScratchRepository()
        try await repository.run(
            """
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git
            mkdir .mver && : > .mver/config && git add -A && git commit -qm 'Set up' && git push -q origin main
            """
        ).expectSuccess()
        let workspace = try await Workspace.open(
            in: Context(
                environment: repository.environment,
                workingDirectory: repository.path,
                now: { 1_800_000_000_000_000_000 },
                cancellation: Cancellation()
            )
        )
        let target = try EventFixture.target()
        let journal = workspace.journal(of: target)
        event = try EventFixture.event(1, of: try EventFixture.seal())
        try journal.note(event)
        sharing = RecordSharing(workspace: workspace, target: target, journals: [journal])
    }

    @Test func `It has what was told before, by this clone or by another that was faster`() async throws {
        let first = await sharing.settle(pushes: true)
        #expect(first.remote == "origin" && first.told == [event.id] && first.warnings.isEmpty, "\(first)")
        #expect(try sharing.journals.contents().events.isEmpty)
        let second = await sharing.settle(pushes: true)
        #expect(second.remote == "origin" && second.told == [event.id] && second.warnings.isEmpty, "\(second)")
        try await repository.run(
            """
            git update-ref -d refs/git-model/deployments/edge && git update-ref -d refs/git-model-remotes/origin/deployments/edge
            """
        ).expectSuccess()
        let third = await sharing.settle(pushes: true)
        #expect(third.remote == "origin" && third.told == [event.id] && third.warnings.isEmpty, "\(third)")
    }

    @Test func `It has nothing of what was not pushed, or did not get there`() async throws {
        let kept = await sharing.settle(pushes: false)
        #expect(kept.remote == nil && kept.told.isEmpty && kept.hints.count == 1, "\(kept)")
        try await repository.run("mv ~/origin.git ~/away.git").expectSuccess()
        let refused = await sharing.settle(pushes: true)
        #expect(refused.remote == nil && refused.told.isEmpty && refused.warnings.count == 1, "\(refused)")
        #expect(try sharing.journals.contents().events == [event])
    }
}
