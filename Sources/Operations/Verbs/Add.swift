import ModelCore
import Git
import Registry
package import Runs
import Store
import SystemIO
import SystemPackage

/// `git model add`: bytes to the store, pointers beside the artifacts, and everything staged.
package struct Add: Sendable {
    /// What was added.
    package struct Report: Operations.Report {
        /// One artifact.
        package struct Artifact: Encodable, Sendable {
            /// The path in the repository.
            package let path: String
            /// `new`, `modified` or `unchanged`.
            package let change: String
            /// `file` or `tree`.
            package let kind: String
            /// The number of files.
            package let files: Int
            /// The size in bytes.
            package let size: Int64
            /// The object, as `sha256:` and hexadecimal digits.
            package let oid: String
        }

        /// A run whose output an artifact is.
        package struct Maker: Encodable, Sendable {
            /// The run.
            package let run: RunID
            /// The paths of what it made.
            package let paths: [String]
        }

        /// The artifacts, by path.
        package var artifacts: [Artifact] = []
        /// The runs that made some of them, and whose summaries are staged with them.
        package var runs: [Maker] = []
        /// The small files that were staged for Git itself, by path.
        package var gitFiles: [String] = []
        /// The bytes read.
        package var bytesRead: Int64 = 0
        /// The bytes that the store grew by.
        package var bytesStored: Int64 = 0
        /// How long it took, in ns.
        package var nanoseconds: Int64 = 0
        package var warnings: [String] = []
        package var hints: [String] = []
        package var problems: [Problem] = []
    }

    private let arguments: [String]
    private let isUpdate: Bool
    private let model: String?
    private let metadata: [String]
    private let card: String?
    private let stages: Bool
    private let splits: Bool
    private let followsLinks: Bool
    private let keepsRuns: Bool
    private let isPart: Bool

    /// Creates the operation on paths, or, as an update, on every tracked artifact that changed.
    ///
    /// `metadata` are texts of the form `key=value` for the model's description, `card` is where its model card is;
    /// without `stages`, Git's index stays as it is; with `splits`, the large files of a directory become artifacts of
    /// their own and its small ones go to Git; with `followsLinks`, what links lead to that lead out of an artifact is
    /// added, and takes their place; unless `keepsRuns` is false, the summary of a run that made an artifact is staged
    /// with it; as a part of another operation it throws nothing for a single path that cannot be added, but reports it
    /// like one of several.
    package init(
        _ arguments: [String],
        isUpdate: Bool = false,
        model: String? = nil,
        metadata: [String] = [],
        card: String? = nil,
        stages: Bool = true,
        splits: Bool = false,
        followsLinks: Bool = false,
        keepsRuns: Bool = true,
        isPart: Bool = false
    ) {
        self.arguments = arguments
        self.isUpdate = isUpdate
        self.model = model
        self.metadata = metadata
        self.card = card
        self.stages = stages
        self.splits = splits
        self.followsLinks = followsLinks
        self.keepsRuns = keepsRuns
        self.isPart = isPart
    }

    /// Adds, and returns what was done; what cannot be added is a problem, and the rest goes on.
    package func run(in context: Context) async throws -> Report {
        let started = context.now()
        let workspace = try await Workspace.open(in: context)
        let joined = try workspace.openStore()
        let tracked = try await workspace.pointers()
        let models = try ModelAssignment(among: workspace.models(), named: model, metadata: metadata, card: card)
        var report = Report()
        let chosen = try await selection(among: tracked, in: workspace, report: &report)
        var batch = try AddBatch(workspace, store: joined.store, models: models, tracked: tracked)
        do { try await fill(&batch, with: chosen, in: workspace, &report) } catch {
            batch.abandon()
            throw error
        }
        try await explain(tracked, in: workspace, &report)
        if stages, keepsRuns { await workspace.keepMakers(of: &report) }
        report.nanoseconds = context.now() - started
        return report
    }

    /// Names the pointers that cannot be read and that this did not write anew.
    private func explain(_ tracked: PointerIndex, in workspace: Workspace, _ report: inout Report) async throws {
        let mended = Set(report.artifacts.map(\.path))
        let unreadable = try await workspace.explain(
            tracked.damaged.filter { damage in !(damage.artifact.map { mended.contains($0.text) } ?? false) }
        )
        let known = Set(report.problems.map(\.subject))
        report.problems += unreadable.problems.filter { !known.contains($0.subject) }
        report.hints += unreadable.hints.filter { !report.hints.contains($0) }
    }

    private func fill(
        _ batch: inout AddBatch,
        with chosen: LargeFiles.Split,
        in workspace: Workspace,
        _ report: inout Report
    ) async throws {
        let paths = chosen.large
        if !paths.isEmpty || report.problems.isEmpty { try batch.requireModels(for: paths) }
        for path in paths {
            do { try await batch.add(path, followsLinks: followsLinks) } catch {
                if workspace.context.cancellation.isCancelled { throw error }
                report.add(Problem(path.text, error), from: error)
            }
        }
        if !isPart, chosen.small.isEmpty, batch.isEmpty, let problem = report.problems.first, report.problems.count == 1
        {
            throw Failure(.failed, "cannot add \(problem.subject): \(problem.message)", hints: report.hints)
        }
        if isUpdate { try await leaveOutStale(of: &batch, in: workspace, &report) }
        try await batch.commit(stages: stages, into: &report)
        if stages {
            let unstaged = try await workspace.repository.index.unstaged(chosen.small.map { GitPath($0.text) })
            let fresh = chosen.small.filter { unstaged.contains(GitPath($0.text)) }
            try await workspace.repository.index.stage(fresh.map { GitPath($0.text) })
            report.gitFiles = fresh.map(\.text)
        }
    }

    /// Leaves out what was not named and has the bytes of another of its versions: Git moved its pointer on, and
    /// committing the old one would take that back.
    private func leaveOutStale(of batch: inout AddBatch, in workspace: Workspace, _ report: inout Report) async throws {
        let named = try arguments.filter { !workspace.isTop($0) }.map { try workspace.path($0) }
        let stale = try await batch.leaveOutEarlierVersions(except: named.map { $0.removingPointerSuffix ?? $0 })
        guard let first = stale.first else { return }
        report.warnings += stale.map { "\($0) has the bytes of another version, and was left out" }
        let paths = stale.count == 1 ? first.shellWord : "PATH…"
        report.hints.append("bring it in line: `git model checkout -- \(paths)`")
        report.hints.append("or make a new version of it: `git model add \(paths)`")
    }

    private func selection(
        among tracked: PointerIndex,
        in workspace: Workspace,
        report: inout Report
    ) async throws -> LargeFiles.Split {
        if isUpdate {
            // What belongs to a run never changes, and is git-model's own.
            let paths = try await workspace.select(arguments, among: tracked).map(\.path).filter {
                try !$0.isOfRun && FileStatus.of(workspace.location(of: $0)) != nil
            }
            return LargeFiles.Split(large: paths)
        }
        guard !arguments.isEmpty else {
            throw Failure(
                .usage,
                "nothing to add was named",
                hints: ["name it: `git model add PATH…`", "or add what changed: `git model add -u`"]
            )
        }
        var all = LargeFiles.Split()
        for argument in arguments {
            do {
                let found = try await expand(argument, among: tracked, in: workspace)
                all.large += found.large.filter { !all.large.contains($0) }
                all.small += found.small.filter { !all.small.contains($0) }
            } catch let error as PathArgumentError {
                report.problems.append(Problem(argument, message: error.problem))
            } catch {
                report.add(Problem(argument, error), from: error)
            }
        }
        return all
    }

    /// Returns the artifacts that an argument means: itself, what a pattern matches, or the large files of a directory.
    private func expand(
        _ argument: String,
        among tracked: PointerIndex,
        in workspace: Workspace
    ) async throws -> LargeFiles.Split {
        if splits, workspace.isTop(argument) { return try await split(nil, among: tracked, in: workspace) }
        let given = try workspace.path(argument)
        let path = given.removingPointerSuffix ?? given
        guard let status = try FileStatus.of(workspace.location(of: path)) else {
            let matches = try Glob(path.text).matches(under: workspace.root)
            if let other = tracked.damaged.first(where: { $0.kind == .foreign && $0.path == given.text }) {
                throw Failure(.failed, "it is named as a pointer is", hints: [other.renaming])
            }
            guard !matches.isEmpty else { throw Failure(.failed, "no such file or directory") }
            return LargeFiles.Split(large: matches)
        }
        guard splits, status.kind == .directory else { return LargeFiles.Split(large: [path]) }
        return try await split(path, among: tracked, in: workspace)
    }

    private func split(
        _ directory: RepositoryPath?,
        among tracked: PointerIndex,
        in workspace: Workspace
    ) async throws -> LargeFiles.Split {
        // What has a pointer that cannot be read is an artifact too, unless no path leads there.
        let pointers = tracked.damaged.filter { $0.kind != .foreign }
        let unreadable = pointers.compactMap(\.artifact).filter { (try? workspace.location(of: $0)) != nil }
        let artifacts = tracked.entries.map(\.path) + unreadable
        return try await LargeFiles(in: workspace, artifacts: artifacts).split(directory)
    }
}

extension Add.Report {
    /// Notes an item that failed, and what its error says that helps.
    fileprivate mutating func add(_ problem: Problem, from error: any Error) {
        problems.append(problem)
        for hint in (error as? Failure)?.hints ?? [] where !hints.contains(hint) { hints.append(hint) }
    }
}
