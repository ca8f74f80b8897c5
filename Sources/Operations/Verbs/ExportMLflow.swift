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
        /// Whether the server has not all files of the version: it takes none, or there are links that it cannot have.
        package let lacksFiles: Bool
        package var warnings: [String] = []

        private enum CodingKeys: CodingKey {
            case version, url, run, isUnchanged, number, aliases, files, bytes
        }

        package var outcome: Outcome { lacksFiles ? .partial : .ok }
    }

    /// The directory of the run's artifacts that the version's are in.
    private static let directory = "model"
    /// The tag of a run, and of a registered version, that says what it was made of: a version's name, a blank, its
    /// commit.
    static let versionKey = "git-model.version"
    /// The tag of a run that says which run here it is.
    static let runKey = "git-model.run"

    /// What was sent, and what of it the server cannot have, in a sentence.
    private struct Sent {
        var files = 0
        var bytes: Int64 = 0
        var leftOut: String?
    }

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
        let origin = "\(version.model)@\(version.version) \(version.commit.hex)"
        let run = try await MLflowRun(
            tagged: (ExportMLflow.versionKey, origin),
            named: evidence.run?.name ?? version.tag.text,
            in: try await experimentID(of: version.model, on: server),
            from: start,
            on: server
        )
        var warnings = verified.warnings
        var sent = Sent()
        var leftOut = run.leftOut
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
            leftOut = sent.leftOut
            try await run.close(at: end, lacking: leftOut)
        }
        let takesNone = run.artifactPath == nil && !entries.isEmpty
        if let leftOut { warnings.append(leftOut) }
        if takesNone {
            warnings.append("no files were sent: the server keeps them at \(run.artifacts), not behind itself")
        }
        let registration = try await MLflowRegistration(
            of: version.model.text,
            from: run,
            source: "runs:/\(run.id)/\(ExportMLflow.directory)",
            tags: [
                "semver": version.version.description, "git-model.tag": version.tag.text,
                ExportMLflow.versionKey: origin,
            ],
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
            lacksFiles: takesNone || leftOut != nil,
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
    ) async throws -> Sent {
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
        var sent = Sent()
        var links: [String] = []
        var refused: [String] = []
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
            let found = try files(at: place, of: entry)
            links += found.links
            for file in found.files {
                let target = "\(root)/\(ExportMLflow.directory)/\(file.name)"
                do {
                    try await server.put(file.path, byteCount: file.size, at: target) { tally.add(Int64($0)) }
                } catch let error as MLflowError where error.isAboutInput {
                    // Such as `#`, which no path of MLflow's has.
                    refused.append(file.name)
                    continue
                }
                sent.files += 1
                sent.bytes += file.size
            }
            try Directories.removeTree(scratch.path.appending("files"))
        }
        workspace.context.progress.finish()
        sent.leftOut = ExportMLflow.leftOut(links, refused)
        return sent
    }

    /// Says which links and files the server has not; `nil` where it has all.
    private static func leftOut(_ links: [String], _ refused: [String]) -> String? {
        let clauses = [
            lack(of: links, "is a link to no file of its artifact", "are links to no files of their artifacts"),
            lack(of: refused, "has a name that MLflow does not take", "have names that MLflow does not take"),
        ].compactMap(\.self)
        return clauses.isEmpty ? nil : clauses.joined(separator: "; ")
    }

    /// Says what the server has not, and why, of one and of several; `nil` where there is nothing.
    private static func lack(of names: [String], _ reason: String, _ reasons: String) -> String? {
        guard let first = names.first else { return nil }
        return names.count == 1
            ? "the server has no \(first), which \(reason)"
            : "the server has no \(first) and \(names.count - 1) more, which \(reasons)"
    }

    /// Returns the files of an artifact, those that links lead to under the links' names too, for MLflow has no links;
    /// and the links that lead to none.
    private func files(
        at place: FilePath,
        of entry: PointerIndex.Entry
    ) throws -> (files: [(path: FilePath, name: String, size: Int64)], links: [String]) {
        guard entry.pointer.kind == .tree else { return ([(place, entry.path.text, entry.pointer.size)], []) }
        let found = try DirectoryWalk.entries(under: place)
        let byPath = Dictionary(found.map { ($0.path, $0.status) }, uniquingKeysWith: { first, _ in first })
        var files: [(path: FilePath, name: String, size: Int64)] = []
        var links: [String] = []
        for file in found {
            let name = "\(entry.path)/\(file.path)"
            let path = try SymbolicLink.destination(of: file.path, below: place) { path in
                byPath[path].map { $0.kind == .symbolicLink }
            }
            if let path, let status = byPath[path] {
                files.append((place.appending(path), name, status.size))
            } else {
                links.append(name)
            }
        }
        return (files, links)
    }
}
