import Git
import Migration
import ModelCore
import Registry
import Runs
import Store
import SystemIO
import SystemPackage

/// `git model import mlflow`: runs that MLflow kept become kept runs, registered versions become commits with tags, aliases become
/// drafts of stages.
package struct ImportMLflow: Sendable {
    /// What was taken, or would be, and what could not be.
    package struct Report: Operations.Report {
        /// How many runs were taken.
        package struct Runs: Encodable, Sendable {
            /// How many are new, differ from what was known of them, are as they were, and were deleted in MLflow.
            package var new = 0, changed = 0, unchanged = 0, deleted = 0
            /// The points of metrics of those that are new or differ; zero in a dry run, which reads none.
            package var points = 0
        }

        /// A registered version.
        package struct Version: Encodable, Sendable {
            /// The model, as it is called here.
            package let model: String
            /// The number that MLflow gave it.
            package let number: Int64
            /// The version that it became, as `v1.2.3`.
            package let version: String
            /// `new` or `unchanged`.
            package let change: String
            /// How many files it has, and their size in bytes; `nil` of one that was there.
            package let files: Int?, size: Int64?
            /// The run that made it, by MLflow's id.
            package let run: String?
            /// The tag; `nil` where none was made.
            package fileprivate(set) var tag: String?
        }

        /// A draft of a stage.
        package struct Stage: Encodable, Sendable {
            /// The model.
            package let model: String
            /// The stage.
            package let stage: String
            /// The version, as `v1.2.3`.
            package let version: String
        }

        /// Where it comes from: a directory, or a server's address.
        package let source: String
        /// Whether nothing was done, only said.
        package let isDryRun: Bool
        /// The runs.
        package var runs = Runs()
        /// The versions, by model, then in ascending order.
        package var versions: [Version] = []
        /// The drafts of stages that are new.
        package var stages: [Stage] = []
        /// The commits that were made.
        package var commits: [String] = []
        /// The bytes read, and those that the store grew by.
        package var bytesRead: Int64 = 0, bytesStored: Int64 = 0
        /// How long it took, in ns.
        package var nanoseconds: Int64 = 0
        package var warnings: [String] = []
        package var hints: [String] = []
        package var problems: [Problem] = []

        private enum CodingKeys: CodingKey {
            case source, isDryRun, runs, versions, stages, commits, bytesRead, bytesStored, nanoseconds
        }
    }

    private let place: String
    private let experiments: [String]
    private let models: [String]
    private let isDryRun: Bool

    /// Creates the operation on a directory of MLflow's, or of mlflow-export-import's, or the address of a server.
    ///
    /// Experiments and models are MLflow's names; without any, all are taken.
    package init(_ place: String, experiments: [String] = [], models: [String] = [], isDryRun: Bool = false) {
        self.place = place
        self.experiments = experiments
        self.models = models
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
        if isDryRun {
            try await foresee(selection, plans, from: source, at: commit.head, in: workspace, &report)
        } else {
            try await take(selection, plans, records, from: source, commit, in: workspace, &report)
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
        from source: any MLflowSource,
        at head: GitObjectID,
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        let runs = MLflowRunImport(workspace, from: source, at: head)
        for run in selection.runs {
            let isExported = try await isExported(run, runs)
            let kept = try await runs.kept(MLflowRecords.id(of: run.id))
            if isExported || kept != nil { report.runs.unchanged += 1 } else { report.runs.new += 1 }
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

    /// A run that was exported from here is here.
    private func isExported(_ run: MLflowRunFacts, _ runs: MLflowRunImport) async throws -> Bool {
        guard let own = run.tags[ExportMLflow.runKey].flatMap({ RunID($0) }) else { return false }
        return try await runs.kept(own) != nil
    }

    private func take(
        _ selection: MLflowSelection,
        _ plans: [MLflowVersionPlan],
        _ records: MLflowRecords,
        from source: any MLflowSource,
        _ commit: ImportCommit,
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        let joined = try workspace.openStore()
        let scratch = try TemporaryDirectory(in: workspace.modelDirectory)
        var batch = try await AddBatch(importingInto: workspace, store: joined.store, model: nil)
        var versions = try await MLflowVersionImport(workspace, store: joined.store, from: source)
        var runs = MLflowRunImport(workspace, from: source, at: commit.head)
        do {
            try await takeFiles(of: plans, with: &versions, below: scratch.path, into: &batch, in: workspace, &report)
            for run in selection.runs {
                do {
                    if try await isExported(run, runs) {
                        report.runs.unchanged += 1
                        continue
                    }
                    var record = records.record(of: run)
                    record.outputs = versions.outputs[run.id] ?? []
                    try await runs.take(run, as: record, below: scratch.path, into: &batch, &report)
                } catch {
                    if workspace.context.cancellation.isCancelled { throw error }
                    report.problems.append(Problem("run \(run.id)", error))
                }
            }
            try await runs.commit(&batch, commit, from: source.name, &report)
        } catch {
            batch.abandon()
            throw error
        }
        try joined.store.refresh()
        for item in versions.taken {
            guard let model = selection.models.first(where: { $0.name == item.plan.source.model }) else { continue }
            let tag = try await versions.commit(item, of: model, &report)
            report.note(tag, of: item.plan)
        }
        try await restore(runs.artifacts + versions.taken.map(\.path), from: joined.store, in: workspace, &report)
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

    /// Puts what is new into the work tree.
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
        report.problems += try await workspace.restore(artifacts, from: store, isForced: true).problems
    }

    private func explain(_ report: inout Report) {
        if report.runs.new > 0 {
            report.warnings.append("artifacts of runs that no registered version is made of stay with MLflow")
        }
        if !report.stages.isEmpty, !isDryRun {
            report.hints.append(
                "stages are drafts, which only this clone has: `git model stages`, then `git model promote`"
            )
        }
    }
}

extension ImportMLflow.Report {
    /// Whether a version is here, or would be.
    fileprivate func has(_ plan: MLflowVersionPlan) -> Bool {
        versions.contains { $0.model == plan.model.text && $0.number == plan.source.number }
    }

    /// Notes why a version was not taken, unless the user stopped everything.
    fileprivate mutating func add(
        _ plan: MLflowVersionPlan,
        _ error: any Error,
        unless cancellation: Cancellation
    ) throws {
        if cancellation.isCancelled { throw error }
        problems.append(Problem("\(plan.source.model) version \(plan.source.number)", error))
    }

    fileprivate mutating func note(_ tag: String, of plan: MLflowVersionPlan) {
        let position = versions.firstIndex { $0.model == plan.model.text && $0.number == plan.source.number }
        if let position { versions[position].tag = tag }
    }
}

extension ImportMLflow.Report.Version {
    /// Creates the row of a version that was there, or of one with these files.
    fileprivate init(_ plan: MLflowVersionPlan, _ files: MLflowFiles? = nil) {
        self.init(
            model: plan.model.text,
            number: plan.source.number,
            version: plan.version.description,
            change: plan.existing == nil ? "new" : "unchanged",
            files: files?.count,
            size: files?.byteCount,
            run: plan.source.run,
            tag: plan.existing?.tag.text
        )
    }
}
