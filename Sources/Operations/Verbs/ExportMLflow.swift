import Git
import ModelCore
import Registry
import Runs
import Store
import SystemIO
import SystemPackage

/// `git model export mlflow`: tells an MLflow server of a version, with its run, metrics, files and stages.
package struct ExportMLflow: Sendable {
    /// What the server has now.
    package struct Report: Operations.Report {
        /// The version's tag.
        package let version: String
        /// The server.
        package let url: String
        /// The id of the run there.
        package let run: String
        /// Whether the server had all of the run already.
        package let isUnchanged: Bool
        /// The number of the model's version there.
        package let number: String
        /// The aliases that mean it, which are its stages.
        package let aliases: [String]
        /// The number of files that were sent, and their size in bytes.
        package let files: Int, bytes: Int64
        /// Whether the server keeps files where they cannot be sent to, so that it has none of the version.
        package let lacksFiles: Bool
        package var warnings: [String] = []

        private enum CodingKeys: CodingKey {
            case version, url, run, isUnchanged, number, aliases, files, bytes
        }

        package var outcome: Outcome { lacksFiles ? .partial : .ok }
    }

    /// The directory of the run's artifacts that the version's are in.
    private static let directory = "model"
    /// The tag of a run that says which version it was made of: its name, a blank, its commit.
    static let versionKey = "git-model.version"
    /// The tag of a run that says which run here it is.
    static let runKey = "git-model.run"

    private let text: String
    private let url: String
    private let experiment: String?

    /// Creates the operation; the experiment is named as the model is, unless the user says otherwise.
    package init(_ text: String, to url: String, experiment: String? = nil) {
        self.text = text
        self.url = url
        self.experiment = experiment
    }

    /// Tells the server; what it has is found again by tags, so that the same command may be run again at any time.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let verified = try await ExportedRelease.verified(text, in: workspace)
        let (version, entries) = (verified.version, verified.artifacts)
        let joined = try workspace.openStore()
        let server = try MLflowServer(url, in: context, pool: workspace.pool)
        let evidence = try await workspace.evidence(at: version.commit, of: entries, for: version.model)
        let start = evidence.run?.started ?? Timestamp(nanoseconds: context.now())
        let end = evidence.run?.ended ?? start
        let run = try await MLflowRun(
            tagged: (ExportMLflow.versionKey, "\(version.model)@\(version.version) \(version.commit.hex)"),
            named: evidence.run?.name ?? version.tag.text,
            in: try await experimentID(of: version.model, on: server),
            from: start,
            on: server
        )
        var warnings = verified.warnings
        var sent: (files: Int, bytes: Int64) = (0, 0)
        if !run.isComplete {
            let points = try await points(of: evidence, at: version.commit, in: workspace, joined.store)
            let parameters = evidence.parameters.mapValues(\.description)
            warnings += try await run.log(
                points,
                at: end,
                parameters: parameters,
                tags: tags(of: version, evidence, entries)
            )
            try await run.log(evidence.run?.data ?? [])
            if let root = run.artifactPath {
                sent = try await upload(entries, below: root, to: server, workspace, joined.store)
            }
            try await run.close(at: end)
        }
        let lacksFiles = run.artifactPath == nil && !entries.isEmpty
        if lacksFiles {
            warnings.append("no files were sent: the server keeps them at \(run.artifacts), not behind itself")
        }
        let registration = try await MLflowRegistration(
            of: version.model.text,
            from: run,
            source: "runs:/\(run.id)/\(ExportMLflow.directory)",
            tags: ["semver": version.version.description, "git-model.tag": version.tag.text],
            on: server
        )
        var aliases: [String] = []
        let history = try await workspace.stages()
        for stage in history.stagesByVersion[version.tag] ?? [] {
            guard MLflowRegistration.canBeAlias(stage) else {
                warnings.append("stage \(stage) cannot be an alias of MLflow's")
                continue
            }
            aliases.append(stage.text)
        }
        try await registration.setAliases(aliases, of: version.model.text, on: server)
        return Report(
            version: version.tag.text,
            url: server.url,
            run: run.id,
            isUnchanged: run.isComplete,
            number: registration.number,
            aliases: aliases,
            files: sent.files,
            bytes: sent.bytes,
            lacksFiles: lacksFiles,
            warnings: warnings
        )
    }

    private func experimentID(of model: ModelName, on server: MLflowServer) async throws -> String {
        let name = experiment ?? model.text
        do {
            let found = try await server.get("experiments/get-by-name", [("experiment_name", name)])
            if let id = found["experiment"]?.object?["experiment_id"]?.string { return id }
        } catch let error as MLflowError { guard error.isAbsent else { throw error } }
        let made = try await server.send("experiments/create", ["name": .string(name)])
        guard let id = made["experiment_id"]?.string else {
            throw MLflowError(url: server.url, status: nil, code: "", message: "it made no experiment")
        }
        return id
    }

    private func tags(
        of version: ModelVersion,
        _ evidence: VersionEvidence,
        _ entries: [PointerIndex.Entry]
    ) -> [String: String] {
        var tags = ["mlflow.source.git.commit": version.commit.hex, "git-model.tag": version.tag.text]
        let oids = entries.map { "\($0.pointer.oid) \($0.path)" }
        tags["git-model.artifacts"] = oids.joined(separator: "\n")
        guard let run = evidence.run else { return tags }
        tags[ExportMLflow.runKey] = run.id.text
        tags["mlflow.source.git.branch"] = run.code.branch
        tags["mlflow.source.git.repoURL"] = run.code.remote
        tags["mlflow.source.name"] = run.command.joined(separator: " ")
        tags["mlflow.user"] = run.origin.user
        tags["mlflow.note.content"] = run.notes.isEmpty ? nil : run.notes.joined(separator: "\n\n")
        return tags
    }

    /// The points of metrics that were kept with the run; where there are none, the last values.
    private func points(
        of evidence: VersionEvidence,
        at commit: GitObjectID,
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws -> MetricLog {
        var log = MetricLog()
        if let run = evidence.run, run.series != nil {
            let path = "\(KeptRun.directory(of: run.id))/\(RunAttachment.series.keptName)"
            if let entry = try await workspace.pointers(at: commit).entries.first(where: { $0.path.text == path }) {
                let lookup = ObjectLookup(workspace: workspace, store: store, fetches: true)
                try await lookup.bring(entry.pointer, of: entry.pointer, named: entry.path)
                var bytes: [UInt8] = []
                try ObjectStream.read(entry.pointer.oid, size: entry.pointer.size, from: store) { bytes += $0 }
                log = MetricLines.log(of: bytes)
            }
        }
        for (name, value) in evidence.metrics where log.series[name] == nil {
            log.add(name, value, step: evidence.run?.metrics[name]?.step)
        }
        return log
    }

    /// Sends the files of artifacts, from a directory that they are put together in.
    private func upload(
        _ entries: [PointerIndex.Entry],
        below root: String,
        to server: MLflowServer,
        _ workspace: Workspace,
        _ store: LocalStore
    ) async throws -> (files: Int, bytes: Int64) {
        let missing = entries.filter { !Closure(of: [$0.pointer], in: store).isComplete }
        if !missing.isEmpty {
            let fetched = try await workspace.fetch(missing, from: nil, into: store)
            if let problem = fetched.problems.first {
                throw Failure(.failed, "cannot export \(problem.subject): \(problem.message)")
            }
        }
        let scratch = try TemporaryDirectory(in: workspace.modelDirectory)
        let tally = ProgressTally(phase: "exporting", sink: workspace.context.progress)
        let restore = ArtifactRestore(
            store: store,
            pool: workspace.pool,
            cancellation: workspace.context.cancellation,
            progress: { _ in }
        )
        var cache = StatCache(scratch.path.appending("stat-cache"))
        var sent: (files: Int, bytes: Int64) = (0, 0)
        for entry in entries {
            tally.begin(entry.path.text, byteCount: entry.pointer.size)
            let place = scratch.path.appending("files").appending(entry.path.text)
            try await restore.restore(
                entry.pointer,
                isExecutable: false,
                to: place,
                isIncluded: { _ in true },
                cache: &cache
            )
            for file in try files(at: place, of: entry) {
                let target = "\(root)/\(ExportMLflow.directory)/\(file.name)"
                try await server.put(file.path, byteCount: file.size, at: target) { tally.add(Int64($0)) }
                sent.files += 1
                sent.bytes += file.size
            }
            try Directories.removeTree(scratch.path.appending("files"))
        }
        workspace.context.progress.finish()
        return sent
    }

    private func files(
        at place: FilePath,
        of entry: PointerIndex.Entry
    ) throws -> [(path: FilePath, name: String, size: Int64)] {
        guard entry.pointer.kind == .tree else { return [(place, entry.path.text, entry.pointer.size)] }
        return try DirectoryWalk.entries(under: place).filter { $0.status.kind == .regular }.map { file in
            (place.appending(file.path), "\(entry.path)/\(file.path)", file.status.size)
        }
    }
}
