import Git
import ModelCore
import Registry
import Store

/// `git model diff`: which artifacts differ between two versions, and which of their tensors, by how much.
package struct CompareVersions: Sendable {
    /// What differs.
    package struct Report: Operations.Report {
        /// An artifact in one of the versions.
        package struct Side: Encodable, Sendable {
            /// `file` or `tree`.
            package let kind: String
            /// The size in bytes.
            package let size: Int64
            /// The object, as `sha256:` and hexadecimal digits.
            package let oid: String
        }

        /// What became of an artifact's tensors.
        package struct Tensors: Encodable, Sendable {
            /// `add` where they were compared when the later version was added, `manifests` where only names of frames were.
            package let source: String
            /// The numbers of tensors that are the same, that changed, and that only one version has.
            package let unchanged: Int, changed: Int, added: Int, removed: Int
            /// Those that are not the same: without figures first, then the farthest from what they were.
            package let changes: [TensorChangeRow]
        }

        /// An artifact that differs.
        package struct Artifact: Encodable, Sendable {
            /// The path in the repository: the later one's where both have it.
            package let path: String
            /// The path that it had, where that was another.
            package let previousPath: String?
            /// `added`, `removed`, `modified` or `renamed`.
            package let change: String
            /// What it was and what it is.
            package let before: Side?, after: Side?
            /// What became of its tensors, where it has some and that is known.
            package let tensors: Tensors?
            /// Why that is not known, as a clause.
            package let problem: String?
        }

        /// The earlier version.
        package let from: String
        /// The later version; left out for the work tree.
        package let to: String?
        /// The artifacts that differ, by path.
        package let artifacts: [Artifact]
        /// How many do not differ.
        package let unchanged: Int
        package var warnings: [String] = []
        package var hints: [String] = []
        package var problems: [Problem] = []
        /// Whether a difference makes the exit code 1.
        let tellsByExitCode: Bool
        package var outcome: Outcome {
            if !problems.isEmpty { return .partial }
            return tellsByExitCode && !artifacts.isEmpty ? .negative : .ok
        }

        private enum CodingKeys: CodingKey { case from, to, artifacts, unchanged }
    }

    private let versions: [String]
    private let paths: [String]
    private let fetches: Bool
    private let readsFrames: Bool
    private let tellsByExitCode: Bool

    /// Creates the operation on at most two versions; what is left out is HEAD as the earlier one, the work tree as the later.
    ///
    /// With `fetches`, what is not here is got from the default remote: comparisons and manifests, never weights. With
    /// `readsFrames`, only names of frames are compared, and nothing says how far tensors are apart.
    package init(
        _ versions: [String] = [],
        paths: [String] = [],
        fetches: Bool = true,
        readsFrames: Bool = false,
        tellsByExitCode: Bool = false
    ) {
        self.versions = versions
        self.paths = paths
        self.fetches = fetches
        self.readsFrames = readsFrames
        self.tellsByExitCode = tellsByExitCode
    }

    /// Compares pointers, then looks up what changed in the tensors of those that differ.
    package func run(in context: Context) async throws -> Report {
        try await run(in: try await Workspace.open(in: context, bare: true))
    }

    /// Compares the same in a workspace, under its rules: what may be fetched comes from its remotes.
    func run(in workspace: Workspace) async throws -> Report {
        let joined = try workspace.openStore()
        var sides = try await VersionPair(versions, in: workspace)
        try sides.limit(to: paths, in: workspace)
        let lookup = ComparisonLookup(
            workspace: workspace,
            store: joined.store,
            fetches: fetches,
            readsFrames: readsFrames
        )
        var artifacts: [Report.Artifact] = []
        var hasUnmeasured = false
        for pair in sides.pairs where pair.change != .unchanged {
            let row = try await CompareVersions.row(pair, lookup)
            if row.tensors?.source == CompareVersions.manifests, row.tensors?.changed != 0 {
                hasUnmeasured = !readsFrames
            }
            artifacts.append(row)
        }
        var report = Report(
            from: sides.from,
            to: sides.to,
            artifacts: artifacts,
            unchanged: sides.pairs.count - artifacts.count,
            tellsByExitCode: tellsByExitCode
        )
        report.problems = sides.unreadable.problems
        report.hints = sides.unreadable.hints
        if hasUnmeasured {
            report.warnings.append(
                "no comparison of these two versions is stored: manifests tell which tensors changed, but not how much"
            )
        }
        return report
    }

    private static let manifests = "manifests"

    /// Compares the artifacts of two versions, of which those that do not differ are left out.
    static func differences(
        from before: [PointerIndex.Entry],
        to after: [PointerIndex.Entry],
        _ lookup: ComparisonLookup
    ) async throws -> [Report.Artifact] {
        var rows: [Report.Artifact] = []
        for pair in VersionPair.pairs(before, after) where pair.change != .unchanged {
            rows.append(try await row(pair, lookup))
        }
        return rows
    }

    private static func row(_ pair: VersionPair.Pair, _ lookup: ComparisonLookup) async throws -> Report.Artifact {
        var found = ComparisonLookup.Found()
        if let before = pair.before, let after = pair.after, before.pointer.oid != after.pointer.oid {
            found = try await lookup.find(from: before.pointer, to: after.pointer, at: after.path)
        }
        return Report.Artifact(
            path: pair.path.text,
            previousPath: pair.change == .renamed ? pair.before?.path.text : nil,
            change: pair.change.rawValue,
            before: pair.before.map(CompareVersions.side),
            after: pair.after.map(CompareVersions.side),
            tensors: found.comparison.flatMap { $0.isEmpty ? nil : tensors($0, isStored: found.isStored) },
            problem: found.problem
        )
    }

    private static func tensors(_ comparison: ObjectComparison, isStored: Bool) -> Report.Tensors {
        let rows = comparison.changes.map(TensorChangeRow.init)
        let (added, removed) = (rows.count { $0.before == nil }, rows.count { $0.after == nil })
        // Sorting is stable: what is equally far stays in the order of the files.
        return Report.Tensors(
            source: isStored ? "add" : CompareVersions.manifests,
            unchanged: comparison.unchangedCount,
            changed: rows.count - added - removed,
            added: added,
            removed: removed,
            changes: rows.sorted(by: TensorChangeRow.precedes)
        )
    }

    private static func side(_ artifact: PointerIndex.Entry) -> Report.Side {
        Report.Side(
            kind: artifact.pointer.kind.rawValue,
            size: artifact.pointer.size,
            oid: artifact.pointer.oid.description
        )
    }
}
