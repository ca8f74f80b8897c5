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
            /// `add` where they were compared when the later version was added, `manifests` where only names of frames
            /// were, `recomputed` where the bytes were.
            package let source: String
            /// The numbers of tensors that are the same, that changed, and that only one version has.
            package let unchanged: Int, changed: Int, added: Int, removed: Int
            /// Those that are not the same: without figures first, then the farthest from what they were.
            package let changes: [TensorChangeRow]
        }

        /// Something that was written down when a version was added, and that its bytes contradict.
        package struct Contradiction: Encodable, Sendable {
            /// The file of the tree that the tensor is in; left out where the artifact is a file.
            package let file: String?
            /// The tensor; left out where it is about all of them.
            package let name: String?
            /// What is wrong, as a clause.
            package let clause: String

            init(_ place: EarlierVersion.Place?, _ clause: String) {
                file = place.flatMap { $0.file.isEmpty ? nil : $0.file }
                name = place?.name
                self.clause = clause
            }
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
            /// Why that is not known, or not by the bytes that were to be read, as a clause.
            package let problem: String?
            /// What authors wrote down otherwise than the bytes say; `nil` where nobody looked.
            package let contradictions: [Contradiction]?
        }

        /// The earlier version.
        package let from: String
        /// The later version; left out for the work tree.
        package let to: String?
        /// The artifacts that differ, by path.
        package var artifacts: [Artifact] = []
        /// How many do not differ.
        package var unchanged = 0
        /// What differs around them; `nil` where that was not asked for.
        package var facts: FactChanges?
        package var warnings: [String] = []
        package var hints: [String] = []
        package var problems: [Problem] = []
        /// Whether a difference makes the exit code 1.
        let tellsByExitCode: Bool
        package var outcome: Outcome {
            if artifacts.contains(where: { $0.contradictions?.isEmpty == false }) { return .verificationFailed }
            if !problems.isEmpty { return .partial }
            return tellsByExitCode && (!artifacts.isEmpty || facts?.isEmpty == false) ? .negative : .ok
        }

        private enum CodingKeys: CodingKey { case from, to, artifacts, unchanged, facts }
    }

    private let versions: [String]
    private let paths: [String]
    private let fetches: Bool
    private let readsFrames: Bool
    private let recomputes: Bool
    private let readsFacts: Bool
    private let tellsByExitCode: Bool

    /// Creates the operation on at most two versions; what is left out is HEAD as the earlier one, the work tree as the
    /// later.
    ///
    /// With `fetches`, what is not here is got from the default remote: comparisons and manifests, never weights. With
    /// `readsFrames`, only names of frames are compared, and nothing says how far tensors are apart. With `recomputes`,
    /// the bytes of both are read, fetched where they are not here. Of the work tree what lies there counts, added or
    /// not, and the pointers of what does not. With `readsFacts`, and unless `paths` or `readsFrames` limit what is
    /// compared, metrics, parameters and the like are compared as well.
    package init(
        _ versions: [String] = [],
        paths: [String] = [],
        fetches: Bool = true,
        readsFrames: Bool = false,
        recomputes: Bool = false,
        readsFacts: Bool = false,
        tellsByExitCode: Bool = false
    ) {
        self.versions = versions
        self.paths = paths
        self.fetches = fetches
        self.readsFrames = readsFrames
        self.recomputes = recomputes
        self.readsFacts = readsFacts && paths.isEmpty && !readsFrames
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
        let all = sides.pairs.compactMap(\.after)
        var lookup = ComparisonLookup(
            workspace: workspace,
            store: joined.store,
            fetches: fetches,
            readsFrames: readsFrames
        )
        try await sides.joinSuccessors(by: lookup)
        try sides.limit(to: paths, in: workspace)
        var tree = WorkTreeArtifacts()
        if sides.to == nil, !workspace.isBare {
            tree = try await WorkTreeArtifacts(among: sides.pairs, of: all, in: workspace, joined.store)
            sides.look(at: tree)
        }
        lookup.recomputation =
            recomputes
            ? TensorRecomputation(workspace: workspace, store: joined.store, fetches: fetches, disk: tree.found) : nil
        var report = Report(from: sides.from, to: sides.to, tellsByExitCode: tellsByExitCode)
        report.problems = sides.unreadable.problems + tree.problems
        report.hints = sides.unreadable.hints
        for pair in sides.pairs {
            guard pair.change != .unchanged else {
                // Nothing is said to be the same that was not looked at.
                if tree.hasSeen(pair.path) { report.unchanged += 1 }
                continue
            }
            let isUnknown = !recomputes && tree.unadded.contains(pair.path)
            report.artifacts.append(try await CompareVersions.row(pair, lookup, isUnknown: isUnknown))
        }
        addRemarks(on: tree, sides.pairs, in: workspace, to: &report)
        addRemarks(to: &report)
        if readsFacts { report.facts = try await facts(in: workspace, &report.warnings) }
        return report
    }

    private func facts(in workspace: Workspace, _ problems: inout [String]) async throws -> FactChanges {
        let old = FactSubject.commit(try await workspace.resolve(versions.first ?? "HEAD"))
        let new: FactSubject =
            versions.count == 2 || workspace.isBare
            ? .commit(try await workspace.resolve(versions.count == 2 ? versions[1] : "HEAD")) : .workTree
        return try await FactChanges(from: old, to: new, in: workspace, &problems)
    }

    /// Says where the work tree is not what its pointers say, and what helps.
    private func addRemarks(
        on tree: WorkTreeArtifacts,
        _ pairs: [VersionPair.Pair],
        in workspace: Workspace,
        to report: inout Report
    ) {
        for (path, artifact) in tree.found.sorted(by: { $0.key < $1.key }) where !artifact.isCurrent {
            report.warnings.append("\(path) is not as it was added: what lies in the work tree is compared")
        }
        if !recomputes, !tree.unadded.isEmpty {
            report.hints.append("see what changed inside: `git model add -u`, or `git model diff --recompute`")
        }
        let byPointer = pairs.compactMap(\.after).map(\.path).filter(tree.missing.contains)
        if let first = byPointer.first {
            let others = byPointer.count - 1
            let subject = others == 0 ? "\(first) is" : "\(first) and \(others) more are"
            report.warnings.append(
                "\(subject) not in the work tree: what \(others == 0 ? "its pointer says" : "their pointers say") is compared"
            )
        }
        if !tree.here.isEmpty {
            report.hints.append("bring back what is not in the work tree: `git model checkout`")
        } else if !byPointer.isEmpty, workspace.configuration.defaultRemote != nil {
            report.hints.append("get what is not in the work tree: `git model pull`")
        }
    }

    private func addRemarks(to report: inout Report) {
        let unmeasured = report.artifacts.contains { artifact in
            artifact.tensors.map { $0.source == CompareVersions.manifests && $0.changed != 0 } ?? false
        }
        if unmeasured, !readsFrames {
            report.warnings.append(
                "no comparison of these two versions is stored: manifests tell which tensors changed, but not how much"
            )
            report.hints.append("have the bytes of both compared: `git model diff --recompute`")
        }
        if recomputes {
            // Whoever asked for the bytes was not answered from anything else.
            report.problems += report.artifacts.compactMap { row in row.problem.map { Problem(row.path, message: $0) } }
        }
    }

    private static let manifests = ComparisonLookup.Source.manifests.rawValue

    /// Compares the artifacts of two versions, of which those that do not differ are left out.
    static func differences(
        from before: [PointerIndex.Entry],
        to after: [PointerIndex.Entry],
        _ lookup: ComparisonLookup
    ) async throws -> [Report.Artifact] {
        var rows: [Report.Artifact] = []
        for pair in try await lookup.joiningSuccessors(VersionPair.pairs(before, after))
        where pair.change != .unchanged {
            rows.append(try await row(pair, lookup))
        }
        return rows
    }

    /// Returns what became of an artifact; with `isUnknown`, nobody has looked yet into what it is now.
    private static func row(
        _ pair: VersionPair.Pair,
        _ lookup: ComparisonLookup,
        isUnknown: Bool = false
    ) async throws -> Report.Artifact {
        var found = ComparisonLookup.Found()
        if let before = pair.before, let after = pair.after, before.pointer.oid != after.pointer.oid {
            found =
                isUnknown
                ? ComparisonLookup.Found(problem: "what changed inside is not known: it was not added yet")
                : try await lookup.find(from: before, to: after)
        }
        return Report.Artifact(
            path: pair.path.text,
            previousPath: pair.change == .renamed ? pair.before?.path.text : nil,
            change: pair.change.rawValue,
            before: pair.before.map(CompareVersions.side),
            after: pair.after.map(CompareVersions.side),
            tensors: CompareVersions.tensors(found),
            problem: found.problem,
            contradictions: found.contradictions
        )
    }

    private static func tensors(_ found: ComparisonLookup.Found) -> Report.Tensors? {
        guard let comparison = found.comparison, !comparison.isEmpty else { return nil }
        let rows = comparison.changes.map { TensorChangeRow($0, found.statistics?.of($0) ?? (nil, nil)) }
        let (added, removed) = (rows.count { $0.before == nil }, rows.count { $0.after == nil })
        // Sorting is stable: what is equally far stays in the order of the files.
        return Report.Tensors(
            source: found.source.rawValue,
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
