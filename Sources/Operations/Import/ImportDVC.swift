import Git
import Migration
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// `git model import dvc`: what DVC keeps becomes artifacts, in a commit of its own; of tags, a map says which objects
/// they mean.
package struct ImportDVC: Sendable {
    private let paths: [String]
    private let model: String?
    private let isDryRun: Bool
    private let readsTags: Bool
    private let removes: Bool

    /// Creates the operation on what lies at some paths, or everything; with `removes`, `.dvc` files of which
    /// everything was taken are removed in the same commit.
    package init(
        _ paths: [String] = [],
        model: String? = nil,
        isDryRun: Bool = false,
        readsTags: Bool = true,
        removes: Bool = false
    ) {
        self.paths = paths
        self.model = model
        self.isDryRun = isDryRun
        self.readsTags = readsTags
        self.removes = removes
    }

    /// Imports; what cannot be taken is a problem, and the rest goes on.
    package func run(in context: Context) async throws -> ImportReport {
        let started = context.now()
        let workspace = try await Workspace.open(in: context)
        let commit = try await ImportCommit(in: workspace, isDryRun: isDryRun)
        let joined = try workspace.openStore()
        let snapshot = try await selected(of: DVCSnapshot.at(commit.head, in: workspace.repository), in: workspace)
        var batch = try await AddBatch(importingInto: workspace, store: joined.store, model: model)
        var report = ImportReport(source: "dvc", isDryRun: isDryRun)
        do {
            var work = try await DVCImport(workspace, store: joined.store, session: isDryRun ? nil : batch.session)
            try await takeCurrent(snapshot, of: commit.head, with: &work, into: &batch, workspace, &report)
            if readsTags {
                try await takeTags(beside: snapshot, with: &work, into: &batch, workspace, &report)
            }
            try await explain(snapshot, work, workspace, &report)
            if isDryRun {
                batch.abandon()
            } else {
                try await finish(&batch, snapshot, work.map, commit, workspace, &report)
                // Also of what an import before took that was stopped right after its commit.
                report.add(try await workspace.replaceLinks(at: report.artifacts.map(\.path), from: joined.store))
            }
        } catch {
            batch.abandon()
            throw error
        }
        context.progress.finish()
        report.nanoseconds = context.now() - started
        return report
    }

    /// Returns what the user's paths choose: outputs, files of DVC's, or directories that hold some.
    private func selected(of snapshot: DVCSnapshot, in workspace: Workspace) async throws -> DVCSnapshot {
        guard !paths.isEmpty else {
            guard snapshot.sources.isEmpty, snapshot.refusals.isEmpty else { return snapshot }
            // Where all of DVC's files were removed by an import, tags may still lack something.
            guard try await workspace.importMapOnDisk().objects.isEmpty else { return snapshot }
            throw Failure(.failed, "the current commit has no files of DVC", hints: ["commit them first: `git commit`"])
        }
        guard let wanted = try workspace.importPaths(paths) else { return snapshot }
        for (argument, path) in zip(paths, wanted) where !snapshot.has(path) {
            throw Failure(.failed, "\(argument) is nothing that DVC keeps in the current commit")
        }
        return snapshot.limited(to: wanted)
    }

    private func takeCurrent(
        _ snapshot: DVCSnapshot,
        of head: GitObjectID,
        with work: inout DVCImport,
        into batch: inout AddBatch,
        _ workspace: Workspace,
        _ report: inout ImportReport
    ) async throws {
        let committed = try await PointerIndex.at(head, in: workspace.repository).entries
        let known = Dictionary(committed.map { ($0.path, $0.pointer) }) { first, _ in first }
        let fresh = snapshot.outputs.filter { known[$0.path] == nil }
        try batch.requireModels(for: fresh.map(\.path))
        for output in snapshot.outputs {
            if let pointer = known[output.path] {
                report.artifacts.append(ImportReport.Artifact(unchanged: output.path, pointer))
                continue
            }
            do { try await work.takeCurrent(output, into: &batch, &report) } catch {
                if workspace.context.cancellation.isCancelled { throw error }
                work.note(error, of: output)
                report.add(output.path.text, error)
            }
        }
        for refusal in snapshot.refusals {
            report.problems.append(Problem(refusal.subject, message: refusal.reason))
        }
    }

    private func takeTags(
        beside current: DVCSnapshot,
        with work: inout DVCImport,
        into batch: inout AddBatch,
        _ workspace: Workspace,
        _ report: inout ImportReport
    ) async throws {
        let repository = workspace.repository
        let wanted = try workspace.importPaths(paths)
        var names: [GitObjectID: String] = [:]
        for tag in try await repository.objects.references(prefix: "refs/tags/") where names[tag.peeledID] == nil {
            // A tag may lead to anything.
            guard try await repository.objects.resolve(tag.peeledID.hex, to: .commit) == tag.peeledID else { continue }
            names[tag.peeledID] = String(tag.name.dropFirst("refs/tags/".count))
        }
        let commits = try await repository.objects.commits(Array(names.keys)).sorted {
            ($1.committer.time, names[$1.id] ?? "") < ($0.committer.time, names[$0.id] ?? "")
        }
        var said = Set(current.refusals)
        for commit in commits {
            var snapshot = try await DVCSnapshot.at(commit.id, in: repository)
            if let wanted { snapshot = snapshot.limited(to: wanted) }
            let name = names[commit.id] ?? ""
            try await work.takeOld(snapshot.outputs, of: name, into: &batch, &report)
            for refusal in snapshot.refusals where said.insert(refusal).inserted {
                report.problems.append(Problem("\(name):\(refusal.subject)", message: refusal.reason))
            }
        }
    }

    /// Says what is left with DVC, and how to get what is not here.
    private func explain(
        _ snapshot: DVCSnapshot,
        _ work: DVCImport,
        _ workspace: Workspace,
        _ report: inout ImportReport
    ) async throws {
        if snapshot.hasPipelines { report.warnings.append("pipelines stay with DVC: nothing here runs them") }
        if !snapshot.notes.isEmpty {
            let keys = snapshot.notes.sorted().joined(separator: ", ")
            report.warnings.append(
                "notes stay in the files of DVC (\(keys)): `git model add --meta` makes some of your own"
            )
        }
        for file in snapshot.ignoreFiles {
            report.warnings.append("\(file) is DVC's alone: what git-model leaves out of directories is in .mverignore")
        }
        let unchanged = Set(report.artifacts.filter { $0.change == "unchanged" }.map(\.path))
        for output in snapshot.outputs where unchanged.contains(output.path.text) && !work.isKnown(output.hash) {
            report.warnings.append("\(output.path) keeps its pointer: what \(output.source) names was never imported")
        }
        let experiments = try await workspace.repository.objects.references(prefix: "refs/exps/").count
        if experiments > 0 { report.warnings.append("experiments stay with DVC: \(experiments) in refs/exps") }
        guard work.lacksCurrent || work.lacksOld else { return }
        for remote in work.unreachableRemotes {
            report.warnings.append("only DVC reads its remote \(remote.name), \(GitURL.withoutLogin(remote.url))")
        }
        if work.lacksCurrent { report.hints.append("get what is not here: `dvc pull`, then the same command again") }
        if work.lacksOld {
            report.hints.append("get what tags lack: `dvc fetch --all-tags`, then the same command again")
            report.hints.append("or do without: `git model import dvc --no-tags`")
        }
    }

    private func finish(
        _ batch: inout AddBatch,
        _ snapshot: DVCSnapshot,
        _ map: ImportMap,
        _ commit: ImportCommit,
        _ workspace: Workspace,
        _ report: inout ImportReport
    ) async throws {
        let removable = removes ? snapshot.removable(report, map) : []
        let path = try RepositoryPath(ImportMap.path)
        let taken = try report.taken.map { try RepositoryPath($0.path) }
        let index = workspace.repository.index
        let isGrown = try await map != workspace.importMapOnDisk()
        var hasChanges = isGrown || !taken.isEmpty || !removable.isEmpty
        if !hasChanges {
            // An import that was interrupted may have written and staged all there is.
            let unstaged = try await index.unstaged([GitPath(path.text)])
            let staged = try await index.changes(since: commit.head)
            hasChanges = !unstaged.isEmpty || !staged.isEmpty
        }
        guard hasChanges else { return try commit.end() }
        guard map.encoded.count <= ImportMap.byteLimit else {
            throw Failure(
                .failed,
                "cannot import: \(ImportMap.path) would be larger than anybody reads (\(ImportMap.byteLimit) bytes)",
                hints: ["leave out what only tags have: `git model import dvc --no-tags`"]
            )
        }
        try batch.seal()
        try await commit.begin(
            changing: taken.map { IgnoreFile.path(in: $0.parent) } + [path] + removable,
            staging: taken.map(\.appendingPointerSuffix)
        )
        var added = Add.Report()
        try await batch.commit(stages: true, into: &added)
        (report.bytesRead, report.bytesStored) = (added.bytesRead, added.bytesStored)
        report.warnings += added.warnings
        try await workspace.write(map)
        for file in removable {
            try await index.untrack([GitPath(file.text)])
            try DurableFile.remove(workspace.location(of: file))
        }
        report.removed = removable.map(\.text)
        guard try await !index.changes(since: commit.head).isEmpty else { return try commit.end() }
        report.commit = try await commit.make(message(of: report))?.hex
    }

    private func message(of report: ImportReport) -> String {
        let count = report.taken.count
        let old = report.versions.reduce(0) { $0 + $1.objects }
        let subject =
            count > 0
            ? report.subject(of: "DVC")
            : old > 0 ? "Import what tags have from DVC" : "Let go of DVC's files"
        let tags = "Of tags, .mver/imports names what DVC called \(old) \(old == 1 ? "file" : "files") and directories."
        return old > 0 ? "\(subject)\n\n\(tags)\n" : subject
    }
}

extension ImportReport.Artifact {
    /// Creates an artifact that has a pointer already.
    init(unchanged path: RepositoryPath, _ pointer: Pointer) {
        self.init(
            path: path.text,
            change: "unchanged",
            kind: pointer.kind.rawValue,
            size: pointer.size,
            oid: pointer.oid.description,
            origin: nil
        )
    }
}

extension DVCSnapshot {
    /// Whether a path is something that DVC keeps, a file of DVC's, or a directory that holds some.
    func has(_ path: RepositoryPath) -> Bool {
        sources.contains { $0 == path || $0.isInside(path) }
            || outputs.contains { $0.path == path || $0.path.isInside(path) }
    }

    /// Returns the `.dvc` files of which everything has a pointer now, and whose bytes the store has; one that names
    /// nothing, or says how to make what it names, says more than pointers can.
    fileprivate func removable(_ report: ImportReport, _ map: ImportMap) -> [RepositoryPath] {
        let done = Set(report.artifacts.map(\.path))
        let refused = Set(refusals.map(\.source))
        let named = Set(outputs.map(\.source))
        let open = Set(
            outputs.filter { !done.contains($0.path.text) || map.objects[$0.hash] == nil }.map(\.source)
        )
        return sources.filter {
            $0.name.hasSuffix(".dvc") && named.contains($0) && !stages.contains($0) && !open.contains($0)
                && !refused.contains($0.text) && !partial.contains($0.text)
        }
    }
}

extension Workspace {
    /// Writes the map of imports, and stages it.
    fileprivate func write(_ map: ImportMap) async throws {
        guard !map.objects.isEmpty else { return }
        let path = try RepositoryPath(ImportMap.path)
        let location = try location(of: path)
        let bytes = map.encoded
        if try FileStatus.of(location)?.kind != .regular || DurableFile.read(location, limit: bytes.count) != bytes {
            try Directories.create(location.removingLastComponent())
            try DurableFile.write(bytes, to: location)
        }
        try await repository.index.stage([GitPath(path.text)])
    }
}
