import Git
import Migration
import ModelCore
import Registry
import SystemIO

/// What becomes of a version of MLflow's.
struct MLflowVersionPlan {
    /// The version.
    let source: MLflowModelVersion
    /// The model here.
    let model: ModelName
    /// The version here.
    let version: SemanticVersion
    /// The version that was made of it before; `nil` where it is new.
    let existing: ModelVersion?

    /// The artifact that its files become.
    var path: RepositoryPath {
        get throws { try RepositoryPath("\(MLflowVersionPlan.directory)/\(model)") }
    }

    /// Where models that come from MLflow are, from the top of the repository.
    private static let directory = "models"

    /// What the keys of a description's metadata begin with that an import writes.
    static let metadataPrefix = "mlflow."
    static let numberKey = "mlflow.version"
    static let runKey = "mlflow.run"
}

/// Decides what becomes of the versions of MLflow's models.
struct MLflowVersionPlanning {
    private let workspace: Workspace
    /// The versions that are here.
    let versions: [ModelVersion]
    private let runs: [String: MLflowRunFacts]
    private let descriptions: [ModelDescription]

    /// Reads what versions there are here; `runs` are MLflow's.
    init(_ workspace: Workspace, runs: [MLflowRunFacts]) async throws {
        self.workspace = workspace
        versions = try await workspace.versions()
        descriptions = try workspace.models()
        self.runs = Dictionary(runs.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Returns the plans, by model, then in ascending order; what cannot be taken is among the problems.
    func plans(
        for models: [MLflowModel],
        _ report: inout ImportMLflow.Report
    ) async throws -> [MLflowVersionPlan] {
        var owners: [ModelName: String] = [:]
        var plans: [MLflowVersionPlan] = []
        // Plain tags do not say of which model they are.
        var tags: Set<TagName> = []
        for model in models {
            guard let name = (try? ModelName(model.name)) ?? ModelName(sanitising: model.name) else {
                report.problems.append(
                    Problem("model \(model.name)", message: "nothing of its name can be a model's here")
                )
                continue
            }
            if let other = owners.updateValue(model.name, forKey: name) {
                let message = "it would be called \(name) here, as \(other) is"
                report.problems.append(Problem("model \(model.name)", message: message))
                owners[name] = other
                continue
            }
            if name.text != model.name { report.warnings.append("model \(model.name) is called \(name) here") }
            var taken: Set<SemanticVersion> = []
            var own: [MLflowVersionPlan] = []
            for version in model.versions {
                do {
                    let plan = try await plan(for: version, as: name, besides: taken, tags, &report)
                    if plan.existing == nil { try requireReadable(plan, of: model) }
                    taken.insert(plan.version)
                    own.append(plan)
                } catch let error as MLflowAbsence {
                    report.problems.append(Problem("\(model.name) version \(version.number)", error))
                }
            }
            own = try await startable(own, of: name, &report)
            tags.formUnion(own.filter { $0.existing == nil }.map(tag(of:)))
            plans += own
        }
        return plans
    }

    private func plan(
        for source: MLflowModelVersion,
        as model: ModelName,
        besides taken: Set<SemanticVersion>,
        _ tags: Set<TagName>,
        _ report: inout ImportMLflow.Report
    ) async throws -> MLflowVersionPlan {
        var candidates = [source.semanticVersion, source.numberedVersion].compactMap { $0 }
        if candidates.count == 2, candidates[0] == candidates[1] { candidates.removeLast() }
        let known = versions.filter { $0.model == model && candidates.contains($0.version) }
        // MLflow may have a version of ours several times: all of them are that one.
        for existing in known where try await isMade(existing, of: source) {
            return MLflowVersionPlan(source: source, model: model, version: existing.version, existing: existing)
        }
        for version in candidates where !taken.contains(version) && !known.contains(where: { $0.version == version }) {
            let plan = MLflowVersionPlan(source: source, model: model, version: version, existing: nil)
            if try await isTaken(tag(of: plan), tags) { continue }
            if version != candidates[0] {
                report.warnings.append(
                    "\(model)@\(candidates[0]) is another version: \(source.number) becomes \(version)"
                )
            }
            return plan
        }
        throw MLflowAbsence("its version or tag is taken: \(candidates.map(\.description).joined(separator: ", "))")
    }

    /// Returns the tag that a version would get.
    private func tag(of plan: MLflowVersionPlan) -> TagName {
        let isPlain = workspace.configuration.usesPlainTags
        return TagName(model: plan.model, version: plan.version, style: isPlain ? .plain : .qualified)
    }

    /// Whether a tag is there, or going to be.
    private func isTaken(_ tag: TagName, _ planned: Set<TagName>) async throws -> Bool {
        if planned.contains(tag) { return true }
        return try await workspace.repository.objects.reference(tag.reference) != nil
    }

    /// Throws where nobody would read what MLflow says of a version.
    private func requireReadable(_ plan: MLflowVersionPlan, of model: MLflowModel) throws {
        var description = descriptions.first { $0.name == plan.model } ?? ModelDescription(plan.model)
        description.takeMetadata(of: plan.source, model)
        description.add(try plan.path)
        guard description.encoded.count > ModelDescription.byteLimit else { return }
        throw MLflowAbsence("its tags are more than anybody reads (\(ModelDescription.byteLimit) bytes)")
    }

    /// Whether a version here is that one of MLflow's: it was imported, or exported, before.
    private func isMade(_ version: ModelVersion, of source: MLflowModelVersion) async throws -> Bool {
        // Of a run that was deleted there nothing is known any more.
        let tags = [source.tags, source.run.flatMap { runs[$0] }?.tags].compactMap { $0?[ExportMLflow.versionKey] }
        if tags.contains(where: { $0.hasSuffix(" \(version.commit.hex)") }) { return true }
        let described = try await ModelIndex.at(version.commit, in: workspace.repository).model(version.model)
        return described?.metadata[MLflowVersionPlan.numberKey] == "\(source.number)"
            && described?.metadata[MLflowVersionPlan.runKey] == source.run
    }

    /// Returns the plans that can be carried out: where nothing new can, the reason is a problem.
    private func startable(
        _ plans: [MLflowVersionPlan],
        of model: ModelName,
        _ report: inout ImportMLflow.Report
    ) async throws -> [MLflowVersionPlan] {
        let done = plans.lastIndex { $0.existing != nil } ?? -1
        for plan in plans[..<max(0, done)] where plan.existing == nil {
            let message = "a later version was imported before it, and history only goes on"
            report.problems.append(Problem("\(plan.source.model) version \(plan.source.number)", message: message))
        }
        let kept = plans.enumerated().filter { $0.offset > done || $0.element.existing != nil }.map(\.element)
        guard let first = kept.first(where: { $0.existing == nil }) else { return kept }
        do { try await requireRoom(for: model, at: try first.path) } catch {
            if workspace.context.cancellation.isCancelled { throw error }
            report.problems.append(Problem("model \(first.source.model)", error))
            return kept.filter { $0.existing != nil }
        }
        return kept
    }

    /// Throws where something else is in the way of a model's files.
    private func requireRoom(for model: ModelName, at path: RepositoryPath) async throws {
        let others = descriptions.first { $0.name == model }?.artifacts.filter { $0 != path } ?? []
        if let other = others.first {
            throw Failure(
                .failed,
                "there is a model of that name here, with artifacts of its own: \(other)",
                hints: ["import it into another repository, or rename it in MLflow"]
            )
        }
        guard try FileStatus.of(workspace.location(of: path)) != nil else { return }
        guard let artifact = try await workspace.pointers().entry(at: path), artifact.isTracked else {
            throw Failure(.failed, "its files would take the place of \(path)", hints: ["move that away: `git mv`"])
        }
        let joined = try workspace.openStore()
        guard try await workspace.modified([artifact], store: joined.store, includingRearranged: true).isEmpty else {
            throw Failure(
                .failed,
                "\(path) was changed here, and its files would take its place",
                hints: ["keep the change: `git model add \(path.shellWord)`, then `git commit`"]
            )
        }
    }
}
