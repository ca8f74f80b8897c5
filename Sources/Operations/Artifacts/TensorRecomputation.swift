import ModelCore
import Registry
import Store
import SystemIO

/// Finds what changed in an artifact by the bytes of both versions, and whether what their authors wrote down agrees
/// with them.
struct TensorRecomputation {
    /// What was found.
    struct Found {
        /// What changed in the tensors; `nil` where the bytes of one version are not to be had.
        var outcome: Recomparison.Outcome?
        /// What is written down otherwise.
        var contradictions: [CompareVersions.Report.Contradiction] = []
        /// Why nothing was found, or whose word part of it is, as a clause.
        var problem: String?
    }

    let workspace: Workspace
    let store: LocalStore
    /// Whether what is not here may be got from remotes.
    let fetches: Bool
    /// Artifacts of the work tree, by path.
    let disk: [RepositoryPath: DiskArtifact]

    /// Reads both versions of an artifact, of which the later one may lie in the work tree.
    func find(from before: PointerIndex.Entry, to after: PointerIndex.Entry) async throws -> Found {
        for entry in [before, after] where try await !isAtHand(entry) {
            return Found(problem: "the bytes of \(entry.pointer.oid.hex.prefix(12)) are not here")
        }
        let tally = ProgressTally(phase: "comparing", sink: workspace.context.progress)
        tally.begin(after.path.text, byteCount: after.pointer.size)
        defer { workspace.context.progress.finish() }
        let earlier = try await version(before)
        let later = try await version(after)
        let comparison = Recomparison(
            store,
            pool: workspace.pool,
            cancellation: workspace.context.cancellation,
            progress: { tally.add($0) }
        )
        let outcome = try await comparison.run(from: earlier, to: later)
        let written = WrittenFigures(
            forth: try store.comparisons(of: after.pointer.oid).filter { $0.base == before.pointer.oid },
            back: try store.comparisons(of: before.pointer.oid).filter { $0.base == after.pointer.oid },
            earlier: earlier,
            later: later,
            unlisted: earlier.namesInSmallFiles(of: store).union(later.namesInSmallFiles(of: store))
        )
        return Found(
            outcome: outcome,
            contradictions: written.contradictions(to: outcome),
            problem: TensorRecomputation.problem(earlier, later)
        )
    }

    /// Says of which file the bytes do not tell which tensors it has.
    private static func problem(_ earlier: ComparedVersion, _ later: ComparedVersion) -> String? {
        for (version, name) in [(later, "later"), (earlier, "earlier")] {
            let files = version.filesByManifest
            guard let first = files.first else { continue }
            let subject = first.isEmpty ? "it" : first
            let rest = files.count == 1 ? "" : ", and so for \(files.count - 1) more"
            let clause = "only the manifest of the \(name) version says which tensors \(subject) has"
            return clause + ": its bytes are of no known format" + rest
        }
        return nil
    }

    /// Whether the bytes are here, once everything was fetched that may be.
    private func isAtHand(_ entry: PointerIndex.Entry) async throws -> Bool {
        if isStored(entry) || disk[entry.path]?.entry.pointer == entry.pointer { return true }
        guard fetches, workspace.configuration.defaultRemote != nil else { return false }
        let report = try await workspace.fetch([entry], from: nil, into: store)
        if let problem = report.problems.first {
            throw Failure(.failed, "the bytes of \(entry.path) cannot be fetched: \(problem.message)")
        }
        try store.refresh()
        return isStored(entry)
    }

    private func isStored(_ entry: PointerIndex.Entry) -> Bool { Closure(of: [entry.pointer], in: store).isComplete }

    /// From the store, where manifests know which frames are the same, else from the work tree.
    private func version(_ entry: PointerIndex.Entry) async throws -> ComparedVersion {
        let (isStored, found) = (isStored(entry), disk[entry.path])
        return try await workspace.pool.run { [store] in
            if !isStored, let found { return try ComparedVersion(entry.pointer, files: found.files, in: store) }
            return try ComparedVersion(entry.pointer, named: entry.path.name, in: store)
        }
    }
}
