import Git
import Migration
import ModelCore
import Registry
import Runs
import Store
import SystemIO
import SystemPackage

/// `git model import mlflow`: runs that MLflow kept become kept runs, registered versions become commits with tags,
/// aliases become drafts of stages.
package struct ImportMLflow: Sendable {
    private let place: String
    private let experiments: [String]
    private let models: [String]
    private let takesArtifacts: Bool
    private let isDryRun: Bool

    /// Creates the operation on a directory of MLflow's, or of mlflow-export-import's, or the address of a server.
    ///
    /// Experiments and models are MLflow's names; without any, all are taken. `takesArtifacts` is about files of runs
    /// that no registered version is made of.
    package init(
        _ place: String,
        experiments: [String] = [],
        models: [String] = [],
        takesArtifacts: Bool = false,
        isDryRun: Bool = false
    ) {
        self.place = place
        self.experiments = experiments
        self.models = models
        self.takesArtifacts = takesArtifacts
        self.isDryRun = isDryRun
    }

    /// Imports; what cannot be taken is a problem, and the rest goes on.
    ///
    /// The same again takes only what is new.
    package func run(in context: Context) async throws -> Report {
        let started = context.now()
        let workspace = try await Workspace.open(in: context)
        let commit = try await ImportCommit(in: workspace, isDryRun: isDryRun)
        let source = try await source(in: workspace)
        var report = Report(source: source.name, isDryRun: isDryRun)
        let inventory = try await source.inventory()
        report.problems = inventory.problems
        report.runs.deleted = inventory.deletedRuns
        let selection = try MLflowSelection(of: inventory, experiments: experiments, models: models)
        let planning = try await MLflowVersionPlanning(workspace, runs: inventory.runs)
        let plans = try await planning.plans(for: selection.models, &report)
        let records = try await MLflowRecords(of: inventory, in: workspace.repository)
        let runs = MLflowRunImport(workspace, from: source, at: commit.head, besides: planning.versions)
        if isDryRun {
            try await foresee(selection, plans, runs, from: source, in: workspace, &report)
        } else {
            try await take(selection, plans, records, runs, from: source, commit, in: workspace, &report)
        }
        for model in selection.models {
            let own = plans.filter { plan in
                plan.source.model == model.name && report.has(plan)
            }
            try await MLflowStageImport(workspace).run(for: model, own, isDryRun: isDryRun, &report)
        }
        explain(&report)
        context.progress.finish()
        report.nanoseconds = context.now() - started
        return report
    }

    /// Returns what the user's words lead to.
    private func source(in workspace: Workspace) async throws -> any MLflowSource {
        let context = workspace.context
        if place.hasPrefix("http://") || place.hasPrefix("https://") {
            return MLflowService(try MLflowServer(place, in: context, pool: workspace.pool), pool: workspace.pool)
        }
        let given = context.workingDirectory.pushing(FilePath(place))
        guard try FileStatus.of(given, followingLinks: true)?.kind == .directory else {
            throw Failure(
                .failed,
                "\(QuotedPath.encode(place)) is no directory",
                hints: place.hasSuffix(".db") ? [ImportMLflow.databaseHint] : []
            )
        }
        for root in [given, given.appending("mlruns")] where try FileStatus.of(root)?.kind == .directory {
            guard try MLflowFileStore.isStore(root) else { continue }
            return MLflowFileStore(at: root, named: place, pool: workspace.pool, cancellation: context.cancellation)
        }
        if let tree = try await MLflowExportTree(at: given, named: place, pool: workspace.pool) { return tree }
        let hasDatabase = try FileStatus.of(given.appending("mlflow.db")) != nil
        throw Failure(
            .failed,
            "\(QuotedPath.encode(place)) has no runs of MLflow: neither experiments with a meta.yaml, nor a run.json",
            hints: hasDatabase ? [ImportMLflow.databaseHint] : []
        )
    }

    private static let databaseHint =
        "let MLflow read its database: `mlflow server --backend-store-uri sqlite:///mlflow.db`, then import from its address"

    /// Says what would be taken.
    private func foresee(
        _ selection: MLflowSelection,
        _ plans: [MLflowVersionPlan],
        _ runs: MLflowRunImport,
        from source: any MLflowSource,
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        let artifacts = MLflowArtifactImport(from: source, besides: selection)
        for run in selection.runs {
            let isExported = try await runs.isExported(run)
            let kept = try await runs.kept(MLflowRecords.id(of: run.id))
            let files = report.artifacts.files
            if !isExported {
                let record = kept.flatMap { RunRecord(parsing: $0) }
                try await count(run, known: record, artifacts, in: workspace, &report)
            }
            if !isExported && kept == nil {
                report.runs.new += 1
            } else if report.artifacts.files > files {
                report.runs.changed += 1
            } else {
                report.runs.unchanged += 1
            }
        }
        for plan in plans {
            guard plan.existing == nil else {
                report.versions.append(Report.Version(plan))
                continue
            }
            do {
                let files = try await source.files(of: plan.source)
                report.versions.append(Report.Version(plan, files))
                report.bytesRead += files.byteCount
            } catch { try report.add(plan, error, unless: workspace.context.cancellation) }
        }
    }

    /// Counts the artifacts of a run that are taken, or stay, as far as that can be known.
    private func count(
        _ run: MLflowRunFacts,
        known record: RunRecord?,
        _ artifacts: MLflowArtifactImport,
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        guard takesArtifacts || artifacts.isLocal else { return }
        do {
            let counted = try await artifacts.count(run, known: record)
            if takesArtifacts {
                report.artifacts.add(counted)
            } else {
                report.left = report.left ?? Report.Artifacts()
                report.left?.add(counted)
            }
        } catch {
            if workspace.context.cancellation.isCancelled { throw error }
            report.problems.append(Problem("artifacts of run \(run.id)", error))
        }
    }

    private func take(
        _ selection: MLflowSelection,
        _ plans: [MLflowVersionPlan],
        _ records: MLflowRecords,
        _ known: MLflowRunImport,
        from source: any MLflowSource,
        _ commit: ImportCommit,
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        let joined = try workspace.openStore()
        let scratch = try TemporaryDirectory(in: workspace.modelDirectory)
        var batch = try await AddBatch(importingInto: workspace, store: joined.store, model: nil)
        var versions = try await MLflowVersionImport(workspace, store: joined.store, from: source)
        var runs = known
        let artifacts = MLflowArtifactImport(from: source, besides: selection)
        do {
            try await takeFiles(of: plans, with: &versions, below: scratch.path, into: &batch, in: workspace, &report)
            for run in selection.runs {
                var record = records.record(of: run)
                record.outputs = versions.outputs[run.id] ?? []
                let (count, artifactsBefore) = (batch.count, report.artifacts)
                do {
                    try await take(
                        run,
                        as: record,
                        artifacts,
                        &runs,
                        below: scratch.path,
                        &batch,
                        in: workspace,
                        &report
                    )
                } catch {
                    if workspace.context.cancellation.isCancelled { throw error }
                    // No record names what was taken of it.
                    batch.leaveOut(after: count)
                    report.artifacts = artifactsBefore
                    report.problems.append(Problem("run \(run.id)", error))
                }
            }
            try batch.seal()
            if !versions.taken.isEmpty { try await commit.requireSamePlace() }
            try await runs.commit(&batch, commit, from: source.name, &report)
        } catch {
            batch.abandon()
            throw error
        }
        try joined.store.refresh()
        try await commitAll(of: versions, selection.models, in: workspace, &report)
        try await restore(runs.artifacts + versions.taken.map(\.path), from: joined.store, in: workspace, &report)
    }

    /// Makes commits and tags of the versions whose files were taken; after one that cannot be made, its model waits
    /// for the next import.
    private func commitAll(
        of versions: MLflowVersionImport,
        _ models: [MLflowModel],
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        let repository = workspace.repository
        var stopped: Set<ModelName> = []
        var isBlocked = false
        for item in versions.taken {
            guard let model = models.first(where: { $0.name == item.plan.source.model }) else { continue }
            guard !isBlocked, !stopped.contains(item.plan.model) else {
                let reason = MLflowAbsence("a version before it could not be made")
                try report.leaveOut(item.plan, reason, unless: workspace.context.cancellation)
                continue
            }
            do {
                let tag = try await versions.commit(item, of: model, &report)
                report.note(tag, of: item.plan)
            } catch {
                try report.leaveOut(item.plan, error, unless: workspace.context.cancellation)
                stopped.insert(item.plan.model)
                // What is staged would get into the next one's commit.
                isBlocked = try await !repository.index.changes(since: repository.objects.head().commit).isEmpty
            }
        }
    }

    /// Takes a run, unless it is here, with what artifacts of it are wanted.
    private func take(
        _ run: MLflowRunFacts,
        as fresh: RunRecord,
        _ artifacts: MLflowArtifactImport,
        _ runs: inout MLflowRunImport,
        below scratch: FilePath,
        _ batch: inout AddBatch,
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        if try await runs.isExported(run) {
            report.runs.unchanged += 1
            return
        }
        var record = fresh
        let known = try await runs.record(of: record.id)
        if takesArtifacts {
            record.outputs += try await take(
                artifacts,
                of: run,
                known: known,
                below: scratch,
                into: &batch,
                in: workspace,
                &report
            )
        } else {
            try await count(run, known: known, artifacts, in: workspace, &report)
        }
        try await runs.take(run, as: record, below: scratch, into: &batch, &report)
    }

    /// Takes the artifacts of a run; without them, the run is taken all the same.
    private func take(
        _ artifacts: MLflowArtifactImport,
        of run: MLflowRunFacts,
        known record: RunRecord?,
        below scratch: FilePath,
        into batch: inout AddBatch,
        in workspace: Workspace,
        _ report: inout Report
    ) async throws -> [RunOutput] {
        let count = batch.count
        do {
            return try await artifacts.take(run, known: record, below: scratch, into: &batch, &report.artifacts)
        } catch {
            if workspace.context.cancellation.isCancelled { throw error }
            // Some of them would be in the commit, and in no record.
            batch.leaveOut(after: count)
            report.problems.append(Problem("artifacts of run \(run.id)", error))
            return []
        }
    }

    /// Puts the files of versions that are new into the store.
    private func takeFiles(
        of plans: [MLflowVersionPlan],
        with versions: inout MLflowVersionImport,
        below scratch: FilePath,
        into batch: inout AddBatch,
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        for plan in plans {
            if plan.existing != nil {
                try versions.note(plan)
                report.versions.append(Report.Version(plan))
                continue
            }
            do {
                let files = try await versions.take(plan, below: scratch, into: &batch)
                report.versions.append(Report.Version(plan, files))
            } catch { try report.add(plan, error, unless: workspace.context.cancellation) }
        }
    }

    /// Puts what is new into the work tree, where nothing has changed while it was imported.
    private func restore(
        _ paths: [RepositoryPath],
        from store: LocalStore,
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        guard !paths.isEmpty else { return }
        try store.refresh()
        let wanted = Set(paths)
        let artifacts = try await PointerIndex.workTree(of: workspace.repository).entries
            .filter { wanted.contains($0.path) }
        let result = try await workspace.restore(artifacts, from: store, isForced: false)
        report.problems += result.problems
        report.hints += result.hintsToRepeat
    }

    private func explain(_ report: inout Report) {
        let isUnknown = !takesArtifacts && report.left == nil && report.runs.new > 0
        if isUnknown {
            report.warnings.append("artifacts of runs that no registered version is made of stay with MLflow")
        }
        if isUnknown || (report.left?.files ?? 0) > 0 {
            let chosen = [("--experiment", experiments), ("--model", models)].flatMap { option, names in
                names.map { " \(option) \(ShellWord.quoted($0))" }
            }
            let words = ShellWord.quoted(place) + chosen.joined()
            report.hints.append("take them, too: `git model import mlflow \(words) --artifacts`")
        }
        if !report.stages.isEmpty, !isDryRun {
            report.hints.append(
                "stages are drafts, which only this clone has: `git model stages`, then `git model promote`"
            )
        }
    }
}
