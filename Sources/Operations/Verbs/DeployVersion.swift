import Deployment
import ModelCore
import Registry

/// `git model deploy`: puts a version, checked and tried, into a target.
package struct DeployVersion: Sendable {
    /// How it is to be done.
    package struct Options: Sendable {
        /// Why, in the user's words.
        package var reason: String?
        /// Whether a version that the target was rolled back from is deployed all the same.
        package var isForced = false
        /// Whether it is not tried on its sample.
        package var skipsSmoke = false
        /// Whether the record goes to the Git remote.
        package var pushes = true
        /// Whether nothing is done, only said.
        package var isDryRun = false

        /// The part of the traffic that it gets, from 1 to 99 of a hundred, until somebody decides; `nil` for all of
        /// it.
        package var canary: Int?
        /// The header field by whose value callers stay with one of the two versions; `nil` for the gateway's own.
        package var stickyField: String?

        /// Creates the usual options.
        package init() {}
    }

    private let version: String?
    private let target: String?
    private let options: Options

    /// Creates the operation on the user's words for a version, or on the one of the stage that the target follows, and
    /// on a target, or the only one.
    package init(_ version: String?, to target: String?, options: Options = Options()) {
        self.version = version
        self.target = target
        self.options = options
    }

    /// Deploys; whatever fails before the switch leaves what runs as it was, and what fails after it is taken back.
    package func run(in context: Context) async throws -> DeploymentReport {
        let workspace = try await Workspace.open(in: context, bare: true)
        let configured = try await workspace.deployedTarget(named: target)
        try requireDivisible(configured.target)
        // Before anybody is asked to agree to keys that nothing could be done by.
        if configured.target.kind == .process {
            _ = try ProcessTarget(configured.target, in: workspace).configuration.get()
        }
        var preparation = try await ReleasePreparation(version, for: configured.target, in: workspace)
        try requireCommand(of: preparation, for: configured.target)
        let missing = try missingAgreements(to: configured, preparation, in: workspace)
        let place = try workspace.missingAgreement(to: configured).map { [$0] } ?? []
        try Agreement.require(options.isDryRun ? place : place + missing, toDeployTo: configured.target.name)
        let prepared = try await preparation.run()
        try requireSample(of: prepared.release)
        let session = try await TargetSession(configured.target, in: workspace).fetchingRecords()
        let run = DeploymentRun(
            session: session,
            prepared: prepared,
            options: options,
            requiresSmoke: try requiresSmoke(configured.target, by: preparation.rules)
        )
        if options.isDryRun {
            var report = try await run.dryRun()
            report.warnings += missing.map { "nobody on this machine agreed to \($0.subject)" }
            report.hints += missing.map { "agree to it: `\(Trust.line($0.entry))`" }
            return report
        }
        return try await run.run()
    }

    /// The commands that a clone brings, that would run, and that nobody agreed to.
    private func missingAgreements(
        to configured: ConfiguredTarget,
        _ preparation: ReleasePreparation,
        in workspace: Workspace
    ) throws -> [Agreement] {
        var missing: [Agreement?] = []
        if configured.target.kind == .directory {
            missing.append(try workspace.missingAgreement(toHealthOf: configured.target))
        }
        // Where nothing is tried, nothing of a plain directory runs.
        if !options.skipsSmoke || configured.target.kind != .directory {
            missing += try preparation.plan.commands.map {
                try workspace.missingAgreement(toRun: $0, of: preparation.tag)
            }
        }
        return missing.compactMap(\.self)
    }

    /// Refuses a version that the target has no use for.
    private func requireCommand(of preparation: ReleasePreparation, for target: DeploymentTarget) throws {
        guard target.kind == .batch, preparation.plan.batch.isEmpty else { return }
        throw Failure(
            .failed,
            "\(preparation.tag) has no batch command, which \(target.name) is for",
            hints: ["describe it, then tag and deploy a new version: `git model describe --batch COMMAND`"]
        )
    }

    /// Refuses a version whose sample was forgotten, so that not whoever first wants to try it finds that out.
    private func requireSample(of release: Release) throws {
        // Where it is known what the sample should give, it is read to be tried. It may be a directory else.
        guard !options.skipsSmoke, release.plan.expectation == nil, let sample = release.plan.sample else { return }
        let path = try? RepositoryPath(sample)
        guard !release.files.entries.contains(where: { $0.path == path || path.map($0.path.isInside) == true }) else {
            return
        }
        throw Failure(
            .verification,
            "the release has no file \(QuotedPath.encode(sample)), its sample",
            hints: ["describe one that is there, then tag and deploy a new version: `git model describe --sample FILE`"]
        )
    }

    /// Refuses a part of the traffic where nobody divides it.
    private func requireDivisible(_ target: DeploymentTarget) throws {
        guard options.canary != nil, target.kind != .process else { return }
        throw Failure(
            .usage,
            "\(target.name) is a target of the kind \(target.kind.rawValue): only a process has a gateway that divides traffic",
            hints: ["leave out `--canary`"]
        )
    }

    /// Whether the stage that a target follows has a gate that asks for a smoke test, by the rules that promotions are
    /// judged by.
    private func requiresSmoke(_ target: DeploymentTarget, by rules: StageRules) throws -> Bool {
        guard let stage = target.stage else { return false }
        return try GatePolicy(of: stage, in: rules.workspace.configuration).requirements.contains(.smoke)
    }
}

extension DeployVersion {
    /// Returns what the user typed, where one word may be a version or a target: a target's name alone means the
    /// stage's version.
    package static func arguments(
        _ first: String?,
        _ second: String?,
        in context: Context
    ) async throws -> (version: String?, target: String?) {
        guard let first, second == nil else { return (first, second) }
        let workspace = try await Workspace.open(in: context, bare: true)
        let isTarget = workspace.configuration.targets.contains { $0.name == first }
        guard isTarget, (try? await workspace.resolve(first)) == nil else { return (first, nil) }
        return (nil, first)
    }
}
