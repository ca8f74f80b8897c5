package import Deployment
import ModelCore
import Registry

/// `git model rollback`: lets what ran before on a target run again.
package struct RollBackTarget: Sendable {
    /// How it is to be done.
    package struct Options: Sendable {
        /// The version to go back to; `nil` for the one that is recorded as the last good one.
        package var version: String?
        /// Why, in the user's words.
        package var reason: String?
        /// Whether the record says that what the version's smoke test once gave does not count.
        package var skipsSmoke = false
        /// Whether the record, and the stage, go to the Git remote.
        package var pushes = true
        /// The release that has to run there still; `nil` where it does not matter which one is left.
        package var expected: ReleaseID?
        /// What may object, once nobody else can roll back.
        var brake: RollbackBrake?

        /// Creates the usual options.
        package init() {}
    }

    private let target: String?
    private let options: Options

    /// Creates the operation on a target, or the only one.
    package init(_ target: String?, options: Options = Options()) {
        self.target = target
        self.options = options
    }

    /// Switches first; Git, its remote and the bytes of all files are looked at only then, where the target itself says
    /// what ran there.
    package func run(in context: Context) async throws -> DeploymentReport {
        let workspace = try await Workspace.openForDeployments(in: context)
        let configured = try await workspace.deployedTarget(named: target)
        try workspace.requireAgreement(toGoingBackOn: configured)
        var session = try await TargetSession(configured.target, in: workspace)
        // Whether there may be one by itself depends on what others did. Who asks for one waits for no network, unless
        // nobody but the records says what others put there, and what they left.
        if options.brake != nil || !configured.target.kind.keepsSeals {
            session = try await session.fetchingRecords(within: TargetSession.fetchPatience)
        }
        return try await RollbackRun(session: session, options: options).run()
    }
}
