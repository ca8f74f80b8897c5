import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// `git model hook`: what Git's hooks call.
package struct RunHook: Sendable {
    /// What a hook has to say.
    package struct Report: Operations.Report {
        /// Lines for the user, on standard error.
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    /// Pushes above this size stop: Git's own connection would be closed while it waits.
    private static let pushLimit: Int64 = 1 << 30

    private let name: String
    private let arguments: [String]

    /// Creates the operation.
    package init(_ name: String, _ arguments: [String]) {
        self.name = name
        self.arguments = arguments
    }

    /// Runs the hook; a failure stops what Git is doing, where Git asks.
    package func run(in context: Context) async throws -> Report {
        guard context.environment["GIT_MODEL_HOOK_GUARD"] == nil else { return Report() }
        guard let workspace = try? await Workspace.open(in: context) else { return Report() }
        switch name {
        case "pre-commit": return try await preCommit(workspace)
        case "pre-push": return try await prePush(workspace)
        case "post-checkout":
            // The third argument is 0 when only files were checked out.
            guard arguments.count < 3 || arguments[2] == "1" else { return Report() }
            return try await bringInLine(workspace, since: arguments.first)
        case "post-merge", "post-rewrite": return try await bringInLine(workspace, since: "ORIG_HEAD")
        default:
            throw Failure(.usage, "git-model has no hook '\(name)'")
        }
    }

    /// Blocks a commit whose pointers' objects are nowhere, and weights that would enter Git itself.
    private func preCommit(_ workspace: Workspace) async throws -> Report {
        let head = try await workspace.repository.objects.head().commit
        let changes = try await workspace.repository.index.changes(since: head)
        let files = changes.filter { $0.newMode.isFile }
        let pointers = files.filter { $0.path.hasSuffix(Pointer.fileSuffix) }
        let index = try await PointerIndex.read(
            pointers.map { (path: $0.path, mode: $0.newMode, id: $0.newID) },
            in: workspace.repository
        )
        if let damage = index.damaged.first {
            throw Failure(.failed, "\(damage.path) is no pointer: \(damage.problem)")
        }
        if !index.entries.isEmpty { try requireObjects(index.entries, workspace) }
        try await refuseWeights(files.filter { !$0.path.hasSuffix(Pointer.fileSuffix) }, workspace)
        return Report()
    }

    private func requireObjects(_ artifacts: [PointerIndex.Entry], _ workspace: Workspace) throws {
        let joined = try workspace.openStore()
        var shared: Set<Digest> = []
        for name in workspace.configuration.remoteNames {
            shared.formUnion(try workspace.remote(named: name).acknowledged())
        }
        for artifact in artifacts where !shared.contains(artifact.pointer.oid) {
            guard !Closure(of: [artifact.pointer], in: joined.store).isComplete else { continue }
            throw Failure(
                .failed,
                "cannot commit \(artifact.path.appendingPointerSuffix): its bytes are in no store that is known here",
                hints: ["add them: `git model add \(artifact.path)`", "or fetch them: `git model fetch`"]
            )
        }
    }

    private func refuseWeights(_ files: [GitIndexChange], _ workspace: Workspace) async throws {
        for file in files {
            guard let path = file.path.text.flatMap({ try? RepositoryPath($0) }) else { continue }
            guard let status = try FileStatus.of(workspace.location(of: path)),
                status.size >= workspace.configuration.largeFileSize, WeightFile.isLikely(path.name)
            else { continue }
            throw Failure(
                .failed,
                "cannot commit \(path): weights would enter Git's own history for good",
                hints: ["version it: `git model add \(path)`", "or commit it all the same: `git commit --no-verify`"]
            )
        }
    }

    /// Brings artifacts in line with the pointers that a checkout, merge or rebase changed; only ever from the local store.
    private func bringInLine(_ workspace: Workspace, since revision: String?) async throws -> Report {
        let joined = try workspace.openStore()
        let artifacts = try await workspace.trackedArtifacts()
        let previous = try await previousArtifacts(revision, workspace)
        var report = Report()
        let gone = previous.filter { old in !artifacts.contains { $0.path == old.path } }
        var cache = workspace.openStatCache()
        var removable: [PointerIndex.Entry] = []
        for artifact in gone {
            if try await workspace.state(of: artifact, store: joined.store, cache: &cache) == .current,
                Closure(of: [artifact.pointer], in: joined.store).isComplete
            {
                removable.append(artifact)
            }
        }
        cache.save()
        try workspace.removeLeftovers(of: removable, absentFrom: artifacts)
        let result = try await workspace.restore(artifacts, from: joined.store, isForced: false)
        if !result.absent.isEmpty {
            report.warnings.append(
                "\(result.absent.count) artifact\(result.absent.count == 1 ? "" : "s") of this commit are not here: `git model pull`"
            )
        }
        for problem in result.problems where !result.absent.contains(where: { $0.path.text == problem.subject }) {
            report.warnings.append("\(problem.subject) was left as it is: \(problem.message)")
        }
        return report
    }

    private func previousArtifacts(_ revision: String?, _ workspace: Workspace) async throws -> [PointerIndex.Entry] {
        guard let revision, let commit = try? await workspace.repository.objects.resolve(revision) else { return [] }
        return try await PointerIndex.at(commit, in: workspace.repository).entries
    }

    /// Pushes the objects of exactly the commits that Git is about to push.
    private func prePush(_ workspace: Workspace) async throws -> Report {
        let updates = try RefUpdate.parse(try workspace.context.readInput())
        let files = try await workspace.repository.introducedFiles(
            suffix: Pointer.fileSuffix,
            by: updates,
            to: arguments.first ?? "origin"
        )
        let index = try await PointerIndex.read(
            files.map { (path: $0.path, mode: $0.mode, id: $0.id) },
            in: workspace.repository
        )
        guard !index.entries.isEmpty else { return Report() }
        let joined = try workspace.openStore()
        let remote = try workspace.remote(named: nil)
        let shared = try remote.acknowledged()
        var seen: Set<Pointer> = []
        let pending = index.entries.filter { !shared.contains($0.pointer.oid) && seen.insert($0.pointer).inserted }
        guard !pending.isEmpty else { return Report() }
        let size = pending.reduce(0) { $0 + $1.pointer.size }
        guard size <= RunHook.pushLimit else {
            throw Failure(
                .failed,
                "the artifacts of these commits are too large to push while Git waits",
                hints: ["push them first: `git model push`, then push again"]
            )
        }
        _ = try await workspace.push(pending, to: nil, from: joined.store)
        return Report()
    }
}
