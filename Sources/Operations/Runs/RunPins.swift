import Git
import ModelCore
import Registry
import Runs
import Store
import SystemIO

/// The references that keep the commits of runs, wherever the branches went that had them.
struct RunPins {
    /// Where the references of others arrive; the name of the Git remote and what they are called there follow.
    static let remotePrefix = "refs/git-model-remotes/"

    private let repository: GitRepository

    init(_ repository: GitRepository) { self.repository = repository }

    /// Lets a run's reference lead to its commit; returns what the user should know.
    ///
    /// A run from before the first commit has none: its difference is all there is.
    func pin(_ run: RunRecord) async throws -> [String] {
        guard let commit = run.code.commit.flatMap({ GitObjectID($0) }) else { return [] }
        guard try await isHere(commit) else {
            return ["commit \(commit.abbreviated) of run \(run.id.abbreviated) is gone: nobody can do the run again"]
        }
        let name = KeptRun.reference(of: run.id)
        let current = try await repository.objects.reference(name)?.objectID
        guard current != commit else { return [] }
        try await repository.updateReference(name, to: commit, expecting: current, reason: "git model: keep the run")
        return []
    }

    /// Returns a run's commit, which is got from a Git remote where it is not here; `nil` for a run from before the
    /// first commit.
    func commit(of run: RunRecord, from remote: String?) async throws -> GitObjectID? {
        guard let text = run.code.commit else { return nil }
        guard let commit = GitObjectID(text) else {
            throw Failure(.failed, "the record of run \(run.id.abbreviated) names no commit")
        }
        if try await isHere(commit) { return commit }
        if let remote {
            try await fetch(run.id, from: remote)
            if try await isHere(commit) { return commit }
        }
        throw Failure(
            .failed,
            "commit \(commit.abbreviated), which run \(run.id.abbreviated) ran with, is not here"
                + (remote == nil ? "" : ", nor did the Git remote have it"),
            hints: ["ask whoever kept the run to push it: `git push origin \(KeptRun.reference(of: run.id))`"]
        )
    }

    /// Fetches the reference of a run; that there is none is no error.
    private func fetch(_ run: RunID, from remote: String) async throws {
        let name = KeptRun.reference(of: run)
        let place = "\(RunPins.remotePrefix)\(remote)/runs/\(run)"
        // A remote that is only a URL has no place of its own.
        let target = GitReferenceName.isValid(place) ? place : name
        let refspec = try GitRefspec(name, to: target, existing: .replace)
        do { try await repository.fetchReferences([refspec], from: remote) } catch {
            guard error.message.contains("couldn't find remote ref") else { throw error }
        }
    }

    /// Lets go of the commits of runs, but for those whose summaries some commit or index has, of whatever worktree.
    func release(_ runs: [RunID]) async throws {
        var pins: [RunID: GitReference] = [:]
        for run in runs { pins[run] = try await repository.objects.reference(KeptRun.reference(of: run)) }
        // All history is looked through for it.
        if pins.isEmpty { return }
        for run in try await carried() { pins[run] = nil }
        for pin in pins.values { try await repository.deleteReference(pin.name, expecting: pin.objectID) }
    }

    /// Returns the runs whose summaries any commit has that a reference, a reflog or the stash leads to, or the index
    /// of any worktree.
    func carried() async throws -> Set<RunID> {
        let place = GitPath(KeptRun.directory)
        // Nothing else ends so: only what is in the directory comes.
        let roots = try await repository.gcRoots(indexSuffix: KeptRun.directory, orInside: place)
        var runs = Set(roots.indexEntries.compactMap { $0.path.text.flatMap(KeptRun.run(ofSummaryAt:)) })
        try await repository.introducedFiles(
            suffix: KeptRun.directory,
            orInside: place,
            from: roots.commits
        ) { file in
            if let run = file.run { runs.insert(run) }
        }
        return runs
    }

    /// Returns the runs whose summaries the commits up to a tip have and a Git remote lacks, as far as is known here.
    func runs(upTo tip: GitObjectID, lackedBy remote: String) async throws -> Set<RunID> {
        var runs: Set<RunID> = []
        // Nothing else ends so: only what is in the directory comes.
        try await repository.introducedFiles(
            suffix: KeptRun.directory,
            orInside: GitPath(KeptRun.directory),
            from: [tip],
            excludingRemote: remote
        ) { file in
            if let run = file.run { runs.insert(run) }
        }
        return runs
    }

    /// Returns those of some runs whose commits are pinned here and, as far as is known, not at a Git remote: their
    /// summaries may have gone there without the hook.
    func pinned(among runs: Set<RunID>, lackedBy remote: String) async throws -> Set<RunID> {
        guard !runs.isEmpty else { return [] }
        var pinned: Set<RunID> = []
        for reference in try await repository.objects.references(prefix: KeptRun.referencePrefix) {
            if let run = RunID(reference.name.dropFirst(KeptRun.referencePrefix.count)) { pinned.insert(run) }
        }
        let place = "\(RunPins.remotePrefix)\(remote)/runs/"
        // A remote that is only a URL has no place of its own: nothing would say what it has by now.
        guard GitReferenceName.isValid(place + "x") else { return [] }
        for reference in try await repository.objects.references(prefix: place) {
            if let run = RunID(reference.name.dropFirst(place.count)) { pinned.remove(run) }
        }
        return pinned.intersection(runs)
    }

    /// Notes that a Git remote has the commits of runs, for the next push; Git does so itself where it fetches them.
    func note(_ refspecs: [GitRefspec], takenBy remote: String) async throws {
        let place = "\(RunPins.remotePrefix)\(remote)/runs/"
        guard !refspecs.isEmpty, GitReferenceName.isValid(place + "x") else { return }
        var ids: [String: GitObjectID] = [:]
        for prefix in [RunPins.remotePrefix, KeptRun.referencePrefix] {
            for reference in try await repository.objects.references(prefix: prefix) {
                ids[reference.name] = reference.objectID
            }
        }
        try await repository.setReferences(
            refspecs.compactMap { refspec in
                guard let run = refspec.run, let id = refspec.source.flatMap({ ids[$0] }) else { return nil }
                let name = "\(place)\(run)"
                return ids[name] == id ? nil : (name, id)
            }
        )
    }

    /// Returns what a remote has to get so that it has the commits of runs; those of which none is known are left out.
    func refspecs(of runs: Set<RunID>) async throws -> [GitRefspec] {
        guard !runs.isEmpty else { return [] }
        var sources: [RunID: String] = [:]
        for prefix in [RunPins.remotePrefix, KeptRun.referencePrefix] {
            for reference in try await repository.objects.references(prefix: prefix) {
                let parts = reference.name.split(separator: "/")
                // What others pushed has its remote's name in front.
                guard parts.count >= 4, parts[parts.count - 2] == "runs", let run = RunID(parts[parts.count - 1]),
                    runs.contains(run)
                else { continue }
                sources[run] = reference.name
            }
        }
        return try sources.sorted { $0.key < $1.key }.map { run, source in
            try GitRefspec(source, to: KeptRun.reference(of: run))
        }
    }

    /// Whether a commit is in this repository.
    private func isHere(_ commit: GitObjectID) async throws -> Bool {
        try await repository.objects.resolve(commit.hex, to: .commit) == commit
    }
}

extension GitIntroducedFile {
    /// The run whose summary this is; `nil` for another file.
    var run: RunID? { path.text.flatMap(KeptRun.run(ofSummaryAt:)) }
}

extension Workspace {
    /// How many references one command line names.
    private static let pinsAtOnce = 500

    /// Returns the runs whose commits go to a Git remote with a push of the current commit: those whose summaries it
    /// brings, and those whose summaries the commit has and that stayed behind when these went there.
    func runsToPush(to remote: String?) async throws -> Set<RunID> {
        guard let remote, let tip = try await repository.objects.head().commit else { return [] }
        let pins = RunPins(repository)
        let left = try await pins.pinned(among: Set(summaries(.head).keys), lackedBy: remote)
        return try await pins.runs(upTo: tip, lackedBy: remote).union(left)
    }

    /// Returns the artifacts that a push of the current commit brings to a Git remote with the commits on its way, each
    /// object once: whoever checks one of them out needs its bytes.
    func introducedArtifacts(to remote: String?) async throws -> [PointerIndex.Entry] {
        guard let remote, let tip = try await repository.objects.head().commit else { return [] }
        var files: [GitIntroducedFile] = []
        try await repository.introducedFiles(
            suffix: Pointer.fileSuffix,
            from: [tip],
            excludingRemote: remote
        ) { files.append($0) }
        var seen: Set<Pointer> = []
        let index = try await pointers(in: files.map { (path: $0.path, mode: $0.mode, id: $0.id) })
        return index.entries.filter { seen.insert($0.pointer).inserted }
    }

    /// Returns the artifacts of the commits of runs, as far as the local store has them, each object once: without
    /// them, nobody can do the runs again.
    func pinnedArtifacts(of runs: Set<RunID>, in store: LocalStore) async throws -> [PointerIndex.Entry] {
        var commits: Set<GitObjectID> = []
        for refspec in try await RunPins(repository).refspecs(of: runs) {
            guard let source = refspec.source, let pin = try await repository.objects.reference(source) else {
                continue
            }
            commits.insert(pin.peeledID)
        }
        var seen: Set<Pointer> = []
        var artifacts: [PointerIndex.Entry] = []
        for commit in commits.sorted() {
            artifacts += try await pointers(at: commit).entries.filter {
                !$0.path.isOfRun && seen.insert($0.pointer).inserted && Closure(of: [$0.pointer], in: store).isComplete
            }
        }
        return artifacts
    }

    /// Pushes the commits of runs to a Git remote that gets their summaries, with those that it did not take before;
    /// returns what to warn of where it does not take all.
    func pushPins(of runs: Set<RunID>, to remote: String) async throws -> [String] {
        let pending = PendingPins(of: remote, in: self)
        let all = try runs.union(pending.runs)
        let refspecs = try await RunPins(repository).refspecs(of: all)
        var refused: Set<RunID> = []
        var failure: GitError?
        for start in stride(from: 0, to: refspecs.count, by: Workspace.pinsAtOnce) {
            let rest = refspecs[start...]
            let group = Array(rest.prefix(Workspace.pinsAtOnce))
            guard let refusal = try await repository.offerReferences(group, to: remote) else { continue }
            if context.cancellation.isCancelled { throw refusal.error }
            failure = failure ?? refusal.error
            // Who was not reached once is not asked again.
            let isReached = ![.unreachable, .authenticationFailed].contains(refusal.error.kind)
            refused.formUnion((isReached ? refusal.refspecs : Array(rest)).compactMap(\.run))
            if !isReached { break }
        }
        if !refused.isEmpty { try pending.add(refused) }
        try pending.remove(all.subtracting(refused))
        let taken = refspecs.filter { refspec in refspec.run.map { !refused.contains($0) } ?? false }
        // Where it cannot be noted, the next push offers them again.
        do { try await RunPins(repository).note(taken, takenBy: remote) } catch { try context.cancellation.check() }
        guard let failure else { return [] }
        return [
            "the commits of kept runs did not get to \(GitURL.withoutLogin(remote)): \(failure); "
                + "the next push tries again"
        ]
    }
}

extension GitRefspec {
    /// The run whose commit goes there; `nil` for another reference.
    fileprivate var run: RunID? { RunID(destination.dropFirst(KeptRun.referencePrefix.count)) }
}
