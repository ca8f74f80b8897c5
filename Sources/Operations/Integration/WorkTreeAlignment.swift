import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// Brings artifacts in line with pointers that Git changed, from the local store alone.
struct WorkTreeAlignment {
    private let workspace: Workspace

    init(in workspace: Workspace) { self.workspace = workspace }

    /// Looks at the artifacts that differ from those of the commit `previous`, or at all.
    ///
    /// After a squashed merge, what Git took away is still in HEAD.
    func run(
        since previous: GitObjectID?,
        includingUnchanged: Bool,
        afterSquash isSquash: Bool = false
    ) async throws -> Hook.Report {
        let before = try await previous.asyncMap { try await workspace.pointers(at: $0).entries }
        let now = try await workspace.checkedOutArtifacts()
        let known = Set(includingUnchanged ? [] : before ?? [])
        let changed = now.filter { !known.contains($0) }
        let paths = Set(now.map(\.path))
        var gone = (before ?? []).filter { !paths.contains($0.path) }
        gone = try await withoutDeleted(gone, afterSquash: isSquash)
        guard !changed.isEmpty || !gone.isEmpty else { return Hook.Report() }
        let joined = try workspace.openStore()
        var report = Hook.Report()
        try await takeAway(gone, joined.store)
        try await align(changed, joined.store, &report)
        return report
    }

    /// Leaves out what the commit that is checked out, or that was merged and squashed, has all the same: Git took
    /// nothing away, but found it deleted, as what nobody is to track any more and whose bytes stay.
    private func withoutDeleted(
        _ artifacts: [PointerIndex.Entry],
        afterSquash isSquash: Bool
    ) async throws -> [PointerIndex.Entry] {
        let repository = workspace.repository
        let head = try await repository.objects.head().commit
        guard !artifacts.isEmpty, let commit = isSquash ? repository.squashedTip() ?? head : head else {
            return artifacts
        }
        let all = try await workspace.pointers(at: commit).entries
        let kept = Set(try await workspace.withinSparseCheckout(all).map(\.path))
        return artifacts.filter { !kept.contains($0.path) }
    }

    private func align(
        _ artifacts: [PointerIndex.Entry],
        _ store: LocalStore,
        _ report: inout Hook.Report
    ) async throws {
        var cache = workspace.openStatCache()
        var restorable: [PointerIndex.Entry] = []
        var modified: [PointerIndex.Entry] = []
        var absent = 0
        for artifact in artifacts {
            let state = try await workspace.state(of: artifact, store: store, cache: &cache)
            if state == .current { continue }
            if case .modified = state {
                modified.append(artifact)
            } else if Closure(of: [artifact.pointer], in: store).isComplete {
                restorable.append(artifact)
            } else {
                absent += 1
                // Bytes of another version in this one's place would be taken for it.
                if case .stale = state { try await takeAway(artifact) }
            }
        }
        cache.save()
        if !restorable.isEmpty {
            let result = try await workspace.restore(restorable, from: store, isForced: false)
            report.warnings += result.problems.map { "\($0.subject): \($0.message)" }
            report.hints += result.hints
        }
        if absent > 0 {
            report.warnings.append(
                "\(absent) \(absent == 1 ? "artifact is" : "artifacts are") not here: git model pull"
            )
        }
        if let first = modified.first {
            let others = modified.count > 1 ? " and \(modified.count - 1) more" : ""
            report.warnings.append("\(first.path)\(others) was left as it is: its bytes are in no store")
        }
    }

    /// Takes away artifacts that have no pointer any more, where the store can bring them back.
    func takeAway(_ artifacts: [PointerIndex.Entry], _ store: LocalStore) async throws {
        guard !artifacts.isEmpty else { return }
        // The commit may hold in Git itself what was an artifact.
        let tracked = try await workspace.repository.index
            .entries(artifacts.map { .path(GitPath($0.path.text)) }).map(\.path.description)
        var cache = workspace.openStatCache()
        for artifact in artifacts {
            guard !tracked.contains(where: { $0 == artifact.path.text || $0.hasPrefix(artifact.path.text + "/") })
            else { continue }
            switch try await workspace.state(of: artifact, store: store, cache: &cache) {
            case .missing, .modified: continue
            case .current, .otherMode:
                guard Closure(of: [artifact.pointer], in: store).isComplete else { continue }
                try await takeAway(artifact)
            case .stale, .rearranged: try await takeAway(artifact)
            }
        }
        cache.save()
    }

    /// Removes the files of an artifact, and directories that this leaves empty; files that `.mverignore` leaves out
    /// stay.
    private func takeAway(_ artifact: PointerIndex.Entry) async throws {
        let place = try workspace.location(of: artifact.path)
        let included = try await workspace.includedFiles(of: artifact.path)
        guard let found = try ArtifactFiles(at: place, isIncluded: included) else { return }
        for file in found.files {
            try DurableFile.remove(file.path)
            guard found.kind == .tree else { continue }
            var directory = file.path.removingLastComponent()
            while directory.starts(with: place), try Directories.removeIfEmpty(directory) {
                directory.removeLastComponent()
            }
        }
    }
}

extension Optional {
    /// Returns the transformed value, as `map` does.
    fileprivate func asyncMap<Result>(_ transform: (Wrapped) async throws -> Result) async throws -> Result? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
