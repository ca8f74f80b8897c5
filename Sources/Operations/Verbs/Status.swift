import Git
import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// `git model status`: how the artifacts on disk, the pointers, and the remote differ.
package struct Status: Sendable {
    /// What was found.
    package struct Report: Operations.Report {
        /// An artifact that is not as its pointer says, or is not shared.
        package struct Artifact: Encodable, Sendable {
            /// The path in the repository.
            package let path: String
            /// `conflict`, `new`, `modified`, `stale`, `missing` or `not in remote`.
            package let state: String
            /// The size in bytes, of what is there, or, where nothing is, of what should be.
            package let size: Int64
        }

        /// A model of the repository.
        package struct Model: Encodable, Sendable {
            /// The model's name.
            package let name: String
            /// The newest version that the current commit is or descends from.
            package let version: String?
            /// Whether the current commit has other artifacts of the model than that version.
            package let hasOtherArtifacts: Bool
        }

        /// The models, by name.
        package var models: [Model] = []
        /// The number of artifacts that were looked at.
        package var artifactCount = 0
        /// The artifacts that need attention, by path.
        package var artifacts: [Artifact] = []
        package var warnings: [String] = []
        package var hints: [String] = []
        package var problems: [Problem] = []
        /// The number of pointers that cannot be read, of which nothing else is known.
        package var unreadableCount = 0
        /// Whether a difference makes the exit code 1.
        let tellsByExitCode: Bool
        package var outcome: Outcome {
            if !problems.isEmpty { return .partial }
            return tellsByExitCode && !artifacts.isEmpty ? .negative : .ok
        }

        private enum CodingKeys: String, CodingKey { case models, artifactCount, artifacts, unreadableCount }
    }

    private let tellsByExitCode: Bool
    private let checksRemote: Bool

    /// Creates the operation; with `checksRemote` it asks the remote itself, else what it was last known to have.
    package init(tellsByExitCode: Bool = false, checksRemote: Bool = false) {
        self.tellsByExitCode = tellsByExitCode
        self.checksRemote = checksRemote
    }

    /// Looks at every artifact of the work tree.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        // Git is asked while the files are looked at: each answer takes a process.
        async let models = workspace.currentVersions()
        async let committed = committedPointers(in: workspace)
        async let savedCache = workspace.openStatCache()
        let joined = try workspace.openStore()
        var report = Report(tellsByExitCode: tellsByExitCode)
        let index = try await workspace.pointers()
        let unreadable = try await workspace.explain(index.damaged.filter { $0.kind != .unmerged })
        report.problems = unreadable.problems
        let foreign = index.damaged.filter { $0.kind == .foreign }
        report.unreadableCount = index.damaged.count - foreign.count
        report.artifacts = Status.conflicts(in: index, workspace)
        report.artifactCount = index.entries.count
        var cache = await savedCache
        report.warnings = workspace.configuration.refused.map {
            ".mver/config may not set \($0.key), which was ignored"
        }
        report.warnings += foreign.map { "\($0.path) has a pointer's name, and is none: \($0.problem)" }
        for artifact in index.entries {
            do {
                if artifact.isUnmerged { continue }
                let state = try await workspace.state(
                    of: artifact,
                    store: joined.store,
                    cache: &cache,
                    lookingAtHistory: false
                )
                if let row = Status.row(artifact, state) { report.artifacts.append(row) }
                if case .missing = state, try joined.store.isPurged(artifact.pointer.oid),
                    !Closure(of: [artifact.pointer], in: joined.store).isComplete
                {
                    report.warnings.append("the bytes of \(artifact.path) were purged")
                }
            } catch {
                if context.cancellation.isCancelled { throw error }
                report.problems.append(Problem(artifact.path.text, error))
            }
        }
        cache.save()
        report.models = try await models
        addUncommitted(index.entries, to: &report, among: try await committed)
        try await addUnshared(index.entries, in: workspace, joined.store, to: &report)
        report.artifacts.sort { ($0.path, $0.state) < ($1.path, $1.state) }
        report.hints = unreadable.hints + foreign.prefix(1).map(\.renaming)
        for path in try workspace.descriptionsInConflict() {
            report.warnings.append("\(path) has a merge conflict: what our side says of the model counts")
            report.hints.append(Failure.unmergedDescriptionHint(path))
        }
        report.hints += try await hints(report, among: index.entries, in: workspace)
        return report
    }

    /// The artifacts of whose pointers the index has several versions, or whose pointers have the marks of a conflict.
    private static func conflicts(in index: PointerIndex, _ workspace: Workspace) -> [Report.Artifact] {
        var rows = index.entries.filter(\.isUnmerged).map { ($0.path, $0.pointer.size) }
        for damage in index.damaged where damage.kind == .unmerged {
            guard let path = damage.artifact else { continue }
            // What cannot be looked at has no size; that it is in conflict is what counts.
            rows.append((path, (try? ArtifactFiles(at: workspace.location(of: path)))?.byteCount ?? 0))
        }
        return rows.map { Report.Artifact(path: $0.text, state: "conflict", size: $1) }
    }

    /// The pointers that the current commit has.
    private func committedPointers(in workspace: Workspace) async throws -> Set<GitPath> {
        let objects = workspace.repository.objects
        guard let head = try await objects.head().commit else { return [] }
        return Set(try await objects.entries(in: head, matching: .suffix(Pointer.fileSuffix)).map(\.path))
    }

    /// The artifacts that no commit has yet.
    private func addUncommitted(
        _ artifacts: [PointerIndex.Entry],
        to report: inout Report,
        among committed: Set<GitPath>
    ) {
        let known = Set(report.artifacts.map(\.path))
        for artifact in artifacts where !known.contains(artifact.path.text) {
            guard !committed.contains(GitPath(artifact.path.appendingPointerSuffix.text)) else { continue }
            report.artifacts.append(
                Report.Artifact(path: artifact.path.text, state: "new", size: artifact.pointer.size)
            )
        }
    }

    private static func row(_ artifact: PointerIndex.Entry, _ state: ArtifactState) -> Report.Artifact? {
        let path = artifact.path.text
        switch state {
        case .current: return nil
        case .missing: return Report.Artifact(path: path, state: "missing", size: artifact.pointer.size)
        case .stale(let found): return Report.Artifact(path: path, state: "stale", size: found.size)
        case .rearranged(let found), .modified(let found), .otherMode(let found):
            return Report.Artifact(path: path, state: "modified", size: found.size)
        }
    }

    private func addUnshared(
        _ artifacts: [PointerIndex.Entry],
        in workspace: Workspace,
        _ store: LocalStore,
        to report: inout Report
    ) async throws {
        guard let name = workspace.configuration.defaultRemote else { return }
        let remote = try workspace.remote(named: name)
        if checksRemote { try workspace.requireReachable(remote) }
        let shared =
            checksRemote
            ? try await remote.holds(artifacts.map(\.pointer), local: store) : try remote.acknowledged()
        let known = Set(report.artifacts.map(\.path))
        for artifact in artifacts where !shared.contains(artifact.pointer.oid) {
            guard !known.contains(artifact.path.text) else { continue }
            report.artifacts.append(
                Report.Artifact(path: artifact.path.text, state: "not in remote", size: artifact.pointer.size)
            )
        }
    }

    private func hints(
        _ report: Report,
        among artifacts: [PointerIndex.Entry],
        in workspace: Workspace
    ) async throws -> [String] {
        if report.artifactCount == 0, report.unreadableCount == 0 {
            return ["version a file or directory: `git model add PATH`"]
        }
        func first(_ state: String) -> String? { report.artifacts.first { $0.state == state }?.path }
        var hints: [String] = []
        if let path = first("conflict") {
            let chosen = artifacts.first { $0.path.text == path }
            hints +=
                try chosen.map { PointerMerge.hints(forChosen: $0.path) }
                ?? PointerMerge.hints(for: RepositoryPath(path))
        }
        if first("new") != nil {
            let unstaged = artifacts.first { !$0.isTracked }
            let add = unstaged.map { "`git model add \($0.path.shellWord)`, then " } ?? ""
            hints.append("record them: \(add)`git commit`")
        }
        // First, for what is stale wants no `add`.
        if first("stale") != nil || first("missing") != nil {
            // A fresh clone lacks hooks and drivers too, which `pull` installs.
            let settings = try await workspace.repository.program.configuration()
            let isFresh = !DriverSettings(in: workspace.context).missing(from: settings).isEmpty
            let verb = isFresh && workspace.configuration.defaultRemote != nil ? "pull" : "checkout"
            hints.append("bring them in line: `git model \(verb)`")
        }
        if let path = first("modified") {
            hints.append("record them: `git model add -u`, then `git commit`")
            hints.append("or go back: `git model checkout -- \(ShellWord.quoted(path))`")
        }
        if first("not in remote") != nil { hints.append("share them: `git model push`") }
        return hints
    }
}
