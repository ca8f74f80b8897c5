import Deployment
import Git
import ModelCore
import Monitoring
import Registry
import SystemIO
import SystemPackage

/// What runs in a target at the moment, and what its traffic is compared with.
struct MonitoredRelease: Sendable {
    let history: DeploymentHistory
    /// The event that put it there, or gave it its part of the traffic; `nil` where none is known.
    let event: DeploymentEvent?
    let release: ReleaseID
    let model: String
    let version: String
    /// The reference profile of the data that this version was trained on; another version has another.
    let profile: ReferenceProfile?
    let warnings: [String]

    /// Asks the target what runs, or what has a part of its traffic, and Git for its profile; throws a `Failure` where
    /// nothing does, or it cannot be asked.
    init(in session: TargetSession, isCanary: Bool = false) async throws {
        let seals = try await session.driver.seals()
        let canary = try await session.driver.canary()
        if isCanary, canary == nil {
            throw Failure(
                .failed,
                "no version has a part of the traffic of \(session.target.name)",
                hints: ["give it one: `git model deploy VERSION \(session.target.name) --canary PERCENT`"]
            )
        }
        guard let current = isCanary ? canary?.release : try await session.driver.current(),
            let seal = seals.first(where: { $0.release == current })
        else {
            let name = session.target.name
            throw Failure(
                .failed,
                "nothing is deployed to \(name)",
                hints: ["deploy something: `git model deploy VERSION \(name)`"]
            )
        }
        history = try session.history(seals)
        event =
            isCanary
            ? history.events.last { $0.state == .paused && $0.release == current } : history.event(of: current)
        release = current
        model = seal.model
        version = seal.version
        var warnings = session.warnings
        if let canary, !isCanary {
            let name = session.target.name
            warnings.append(
                "this judges \(version), which has \(100 - canary.percent) % of the traffic; the other one is judged by "
                    + "`git model monitor \(name) --canary`"
            )
        }
        do { profile = try await MonitoredRelease.profile(of: seal, in: session) } catch {
            try session.workspace.context.cancellation.check()
            warnings.append("the reference profile of \(seal.tag) cannot be read: \(error)")
            profile = nil
        }
        self.warnings = warnings
    }

    private static func profile(of seal: ReleaseSeal, in session: TargetSession) async throws -> ReferenceProfile? {
        let workspace = session.workspace
        guard let path = try await reference(of: seal, in: session) else { return nil }
        let file = try RepositoryPath(path)
        guard let commit = try await workspace.repository.objects.resolve(seal.commit),
            let bytes = try await workspace.repository.objects.file(
                at: GitPath(file.text),
                in: commit,
                limit: Int64(ReferenceProfile.byteLimit)
            )
        else { throw Failure(.failed, "\(QuotedPath.encode(path)) is not in the commit \(seal.commit.prefix(12))") }
        return try await workspace.pool.run { try ReferenceProfile(parsing: bytes) }
    }

    /// Where the profile is in the version's commit; `nil` where it has none.
    ///
    /// Registries and clusters keep no seals, and events do not say it: the commit's description of the model does.
    private static func reference(of seal: ReleaseSeal, in session: TargetSession) async throws -> String? {
        switch session.target.kind {
        case .directory, .batch, .process: return seal.plan.reference
        case .oci, .kubernetes: break
        }
        let repository = session.workspace.repository
        guard let commit = try await repository.objects.resolve(seal.commit) else {
            throw Failure(.failed, "the commit \(seal.commit.prefix(12)) is not here")
        }
        let model = try ModelName(seal.model)
        let models = try await ModelIndex.at(commit, in: repository)
        if let damage = models.damaged.first(where: { $0.path == ModelDescription(model).path }) {
            throw Failure(.failed, "\(damage.path) describes no model: \(damage.problem)")
        }
        return models.model(model).flatMap { ReleasePlan(of: $0).reference }
    }
}
