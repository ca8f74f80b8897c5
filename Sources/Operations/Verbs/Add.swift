import ModelCore
import Git
import Registry
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

        /// The artifacts, by path.
        package var artifacts: [Artifact] = []
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
    private let stages: Bool
    private let splits: Bool

    /// Creates the operation on paths, or, as an update, on every tracked artifact that changed.
    ///
    /// `metadata` are texts of the form `key=value` for the model's description; without `stages`, Git's index stays as it is; with
    /// `splits`, the large files of a directory become artifacts of their own and its small ones go to Git.
    package init(
        _ arguments: [String],
        isUpdate: Bool = false,
        model: String? = nil,
        metadata: [String] = [],
        stages: Bool = true,
        splits: Bool = false
    ) {
        self.arguments = arguments
        self.isUpdate = isUpdate
        self.model = model
        self.metadata = metadata
        self.stages = stages
        self.splits = splits
    }

    /// Adds, and returns what was done; what cannot be added is a problem, and the rest goes on.
    package func run(in context: Context) async throws -> Report {
        let started = context.now()
        let workspace = try await Workspace.open(in: context)
        let joined = try workspace.openStore()
        let tracked = try await workspace.pointers()
        var batch = try AddBatch(workspace, store: joined.store, model: model, tracked: tracked)
        var report = Report()
        for path in try await selection(among: tracked, in: workspace, report: &report) {
            do { try await batch.add(path) } catch {
                if context.cancellation.isCancelled { throw error }
                report.add(Problem(path.text, error), from: error)
            }
        }
        if report.artifacts.isEmpty, batch.isEmpty, let problem = report.problems.first, report.problems.count == 1 {
            throw Failure(.failed, "cannot add \(problem.subject): \(problem.message)", hints: report.hints)
        }
        try await batch.commit(metadata: metadata, stages: stages, into: &report)
        let mended = Set(report.artifacts.map(\.path))
        let unreadable = try await workspace.explain(
            tracked.damaged.filter { damage in !(damage.artifact.map { mended.contains($0.text) } ?? false) }
        )
        report.problems += unreadable.problems.filter { new in !report.problems.contains { $0.subject == new.subject } }
        report.hints += unreadable.hints
        report.nanoseconds = context.now() - started
        return report
    }

    private func selection(
        among tracked: PointerIndex,
        in workspace: Workspace,
        report: inout Report
    ) async throws -> [RepositoryPath] {
        if isUpdate {
            return try await workspace.select(arguments, among: tracked).map(\.path).filter {
                try FileStatus.of(workspace.location(of: $0)) != nil
            }
        }
        guard !arguments.isEmpty else {
            throw Failure(
                .usage,
                "nothing to add was named",
                hints: ["name it: `git model add PATH…`", "or add what changed: `git model add -u`"]
            )
        }
        var paths: [RepositoryPath] = []
        for argument in arguments {
            do { paths += try expand(argument, in: workspace) } catch {
                report.add(Problem(argument, error), from: error)
            }
        }
        return paths.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Returns the artifacts that an argument means: itself, what a pattern matches, or the large files of a directory.
    private func expand(_ argument: String, in workspace: Workspace) throws -> [RepositoryPath] {
        let given = try workspace.path(argument)
        let path = given.removingPointerSuffix ?? given
        guard let status = try FileStatus.of(workspace.location(of: path)) else {
            let matches = try Glob(path.text).matches(under: workspace.root)
            guard !matches.isEmpty else { throw Failure(.failed, "no such file or directory") }
            return matches
        }
        guard splits, status.kind == .directory else { return [path] }
        return try LargeFiles(in: workspace).of(path)
    }
}

extension Add.Report {
    /// Notes an item that failed, and what its error says that helps.
    fileprivate mutating func add(_ problem: Problem, from error: any Error) {
        problems.append(problem)
        for hint in (error as? Failure)?.hints ?? [] where !hints.contains(hint) { hints.append(hint) }
    }
}
