import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

extension Workspace {
    /// What bringing artifacts in line did.
    struct RestoreResult {
        /// The artifacts that were written.
        var restored: [RestoredArtifact] = []
        /// The artifacts whose objects are not in the store.
        var absent: [PointerIndex.Entry] = []
        /// What failed.
        var problems: [Problem] = []
        /// What helps against that, where it is not plain.
        var hints: [String] = []

        /// What helps against it, and how to try again by force: for verbs that had the bytes just now.
        var hintsToRepeat: [String] {
            guard !problems.isEmpty else { return [] }
            let paths = problems.map { ShellWord.quoted($0.subject) }.joined(separator: " ")
            return hints + ["put it in the place of what is there: `git model checkout --force -- \(paths)`"]
        }
    }

    /// Brings artifacts on disk in line with their pointers, from the local store.
    ///
    /// Bytes that are in no store are only overwritten when forced; then everything else goes on. What `drafts` has is
    /// moved.
    func restore(
        _ artifacts: [PointerIndex.Entry],
        from store: LocalStore,
        isForced: Bool,
        drafts: ObjectDrafts? = nil
    ) async throws -> RestoreResult {
        var cache = openStatCache()
        defer { cache.save() }
        var result = RestoreResult()
        let tally = ProgressTally(phase: "restoring", sink: context.progress)
        try removeLeftovers(beside: artifacts)
        let restore = ArtifactRestore(
            store: store,
            pool: pool,
            cancellation: context.cancellation,
            progress: tally.add,
            drafts: drafts,
            isForced: isForced
        )
        for artifact in artifacts {
            do {
                let state = try await state(of: artifact, store: store, cache: &cache)
                if state == .current { continue }
                if let problem = obstacle(to: artifact, state, in: store, isForced: isForced, &result.absent) {
                    result.problems.append(problem)
                    continue
                }
                tally.begin(artifact.path.text, byteCount: artifact.pointer.size)
                let path = try location(of: artifact.path)
                try await restore.restore(
                    artifact.pointer,
                    isExecutable: artifact.isExecutable,
                    to: path,
                    isIncluded: try await includedFiles(of: artifact.path),
                    cache: &cache
                )
                result.restored.append(RestoredArtifact(path: artifact.path.text, size: artifact.pointer.size))
            } catch {
                if context.cancellation.isCancelled { throw error }
                result.problems.append(Problem(artifact.path.text, error))
                let hints = (error as? Failure)?.hints ?? [(error as? StoreError)?.mendingHint].compactMap { $0 }
                result.hints += hints.filter { !result.hints.contains($0) }
            }
        }
        context.progress.finish()
        return result
    }

    /// Removes what a restore that was killed left beside artifacts; in a tree, restoring it does that.
    private func removeLeftovers(beside artifacts: [PointerIndex.Entry]) throws {
        for directory in Set(artifacts.map(\.path.parent)) {
            let place = try directory.map { try location(of: $0) } ?? root
            guard try FileStatus.of(place)?.kind == .directory else { continue }
            // What is none of ours may have any name.
            let files = try DirectoryEntry.readable(in: place).entries.filter { $0.kind == .regular }
            for file in files.map({ place.appending($0.name) }) where try StaleTemporaryFiles.isAbandoned(file) {
                try DurableFile.remove(file)
            }
        }
    }

    /// Returns why an artifact is not restored; one whose bytes are not here is added to `absent`.
    private func obstacle(
        to artifact: PointerIndex.Entry,
        _ state: ArtifactState,
        in store: LocalStore,
        isForced: Bool,
        _ absent: inout [PointerIndex.Entry]
    ) -> Problem? {
        if let problem = Problem(wrongPointerOf: artifact, in: store) { return problem }
        guard Closure(of: [artifact.pointer], in: store).isComplete else {
            absent.append(artifact)
            let isPurged = (try? store.isPurged(artifact.pointer.oid)) ?? false
            return Problem(
                artifact.path.text,
                message: isPurged ? "its bytes were purged" : "its bytes are not in the local store"
            )
        }
        if case .modified = state, !isForced {
            return Problem(artifact.path.text, message: "it has changes that are in no store")
        }
        return nil
    }

    /// Returns the artifacts with what is in no store: bytes, or the places of files in a tree; and, where asked for,
    /// mixtures of several versions.
    func modified(
        _ artifacts: [PointerIndex.Entry],
        store: LocalStore,
        includingRearranged: Bool = false
    ) async throws -> [PointerIndex.Entry] {
        var cache = openStatCache()
        defer { cache.save() }
        var modified: [PointerIndex.Entry] = []
        for artifact in artifacts {
            switch try await state(of: artifact, store: store, cache: &cache) {
            case .modified: modified.append(artifact)
            case .rearranged where includingRearranged: modified.append(artifact)
            case .current, .missing, .otherMode, .stale, .rearranged: break
            }
        }
        return modified
    }
}

extension Problem {
    /// The problem of an artifact whose pointer says of its object what is not so; `nil` where it is right as far as is
    /// known.
    init?(wrongPointerOf artifact: PointerIndex.Entry, in store: LocalStore) {
        guard let what = store.contradiction(of: artifact.pointer) else { return nil }
        self.init(artifact.path.appendingPointerSuffix.text, message: "the pointer is wrong: \(what)")
    }
}
