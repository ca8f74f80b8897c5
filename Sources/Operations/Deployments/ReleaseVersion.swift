import Deployment
import Git
import ModelCore
import Registry

/// The version that is to be deployed, with everything that Git says of it agreeing.
struct ReleaseVersion {
    let version: ModelVersion
    /// The model's artifacts.
    let artifacts: [PointerIndex.Entry]
    /// The model as the version's commit describes it.
    let description: ModelDescription
    /// The tag and its signature, as a clause.
    let found: String
    /// By whose rules it was verified.
    let rules: StageRules
    private(set) var warnings: [String] = []

    /// Finds the version that a user's words mean, or that the target's stage has, and verifies it; `purpose` is a verb
    /// for messages.
    init(
        _ text: String?,
        for target: DeploymentTarget,
        to purpose: String = "deploy",
        in workspace: Workspace
    ) async throws {
        version = try await ReleaseVersion.choose(text, for: target, to: purpose, in: workspace)
        if version.isDeregistered {
            throw Failure(
                .failed,
                "cannot \(purpose) \(version.tag): it was taken back",
                hints: ["choose another: `git model list`"]
            )
        }
        if let problem = version.problem {
            throw Failure(.verification, "the tag \(version.tag) cannot be relied on: \(problem)")
        }
        rules = try await StageRules(in: workspace, asksRemote: true)
        let (found, isSigned) = try await ReleaseVersion.signature(of: version, by: rules, to: purpose)
        self.found = found
        warnings = rules.warnings
        if version.annotation == nil, !isSigned {
            warnings.append("tag \(version.tag) is lightweight, and says nothing of who made it")
        }
        artifacts = try await ReleaseVersion.artifacts(of: version, in: workspace)
        let models = try await ModelIndex.at(version.commit, in: workspace.repository)
        let path = ModelDescription(version.model).path
        if let damage = models.damaged.first(where: { $0.path == path }) {
            throw Failure(.verification, "\(damage.path) of \(version.tag) describes no model: \(damage.problem)")
        }
        description = models.model(version.model) ?? ModelDescription(version.model)
    }

    private static func choose(
        _ text: String?,
        for target: DeploymentTarget,
        to purpose: String,
        in workspace: Workspace
    ) async throws -> ModelVersion {
        guard let text else { return try await staged(for: target, in: workspace) }
        var words = text
        // With several models the target says which one is meant.
        if let model = target.model, !text.contains("@") {
            let qualified = "\(model)@\(text)"
            if (try? await workspace.resolve(qualified)) != nil { words = qualified }
        }
        let version = try await workspace.version(words, for: purpose)
        if let model = target.model, version.model != model {
            throw Failure(
                .usage,
                "\(version.tag) is no version of \(model), which is what \(target.name) is for",
                hints: ["see its versions: `git model list \(model)`"]
            )
        }
        return version
    }

    private static func staged(for target: DeploymentTarget, in workspace: Workspace) async throws -> ModelVersion {
        guard let stage = target.stage else {
            throw Failure(
                .usage,
                "it is not clear which version is meant, for \(target.name) follows no stage",
                hints: ["name one: `git model deploy latest \(target.name)`"]
            )
        }
        let model: ModelName =
            if let model = target.model { model } else { try workspace.modelDescription(named: nil).name }
        let history = try await workspace.stages()
        guard let version = history.current(of: model, in: stage)?.version else {
            throw Failure(
                .failed,
                "no version of \(model) is in \(stage), which \(target.name) follows",
                hints: ["promote one: `git model promote VERSION \(stage)`"]
            )
        }
        return version
    }

    /// Where the repository lists signers, one of them has to have signed.
    private static func signature(
        of version: ModelVersion,
        by rules: StageRules,
        to purpose: String
    ) async throws -> (text: String, isSigned: Bool) {
        let who = version.annotation?.tagger.map { " by \($0.name)" } ?? ""
        let objects = rules.workspace.repository.objects
        guard let commit = rules.commit, try await objects.entry(at: GitPath(AllowedSigners.path), in: commit) != nil
        else { return ("tag \(version.tag)\(who)", false) }
        let check = SignatureCheck(workspace: rules.workspace, signersCommit: commit)
        let finding = try await check.finding(of: .version(version))
        guard finding.isGood else {
            throw Failure(
                .verification,
                "cannot \(purpose) \(version.tag): \(finding.text)",
                hints: ["see all of it: `git model verify \(version.tag)`"]
            )
        }
        return ("tag \(version.tag)\(who), signed \(finding.text)", true)
    }

    private static func artifacts(
        of version: ModelVersion,
        in workspace: Workspace
    ) async throws -> [PointerIndex.Entry] {
        let resolved = try await workspace.resolve(version.tag.text)
        let (entries, damaged) = try await workspace.pointers(of: resolved)
        if let damage = damaged.first {
            throw Failure(.verification, "\(damage.path) of \(version.tag) is no pointer: \(damage.problem)")
        }
        let committed = Dictionary(entries.map { ($0.path, $0.pointer) }) { first, _ in first }
        for artifact in version.trailers?.artifacts ?? [] where committed[artifact.path] != artifact.pointer {
            throw Failure(
                .verification,
                "the commit of \(version.tag) has another \(artifact.path) than its tag says"
            )
        }
        return entries
    }
}
