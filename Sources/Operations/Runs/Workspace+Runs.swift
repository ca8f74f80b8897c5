import Git
import ModelCore
import Runs
import SystemIO

/// Whose kept runs are looked at, beside the runs that were recorded in this clone.
package enum RunScope: Sendable {
    /// The current commit's.
    case head
    /// Those of the current commit, and of all branches, here and at remotes, and tags; also what others share without
    /// keeping it.
    case everywhere
}

extension Workspace {
    /// What the names of references begin with whose commits keep runs.
    private static let keepingPrefixes = ["refs/heads/", "refs/remotes/", "refs/tags/"]

    /// Reads the runs that were recorded here, and those whose summaries commits have; what was recorded here is known
    /// better.
    func runContents(_ scope: RunScope) async throws -> RunCatalog.Contents {
        var contents = try await runs.contents(on: pool)
        let summaries = try await summaries(scope)
        contents.kept = Set(summaries.keys)
        let known = Set(contents.records.map(\.id))
        let shared = scope == .everywhere ? try await SharedRuns(self).records : [:]
        let others = summaries.merging(shared) { kept, _ in kept }.filter { !known.contains($0.key) }
            .sorted { $0.key < $1.key }
        guard !others.isEmpty else { return contents }
        let blobs = try await repository.objects.smallBlobs(others.map(\.value), limit: KeptRun.byteLimit)
        let records = try await pool.map(0..<others.count) { position in
            blobs[others[position].value].flatMap { RunRecord(parsing: $0) }
        }
        for (summary, record) in zip(others, records) {
            if let record, record.id == summary.key {
                contents.records.append(record)
                contents.unreadable.removeAll { $0 == record.id }
            } else if !contents.unreadable.contains(summary.key) {
                contents.unreadable.append(summary.key)
            }
        }
        contents.sort()
        return contents
    }

    /// Returns the runs that texts mean; one that neither this clone nor the current commit has is looked for
    /// everywhere.
    ///
    /// With `passesRepetitions`, `latest` is no run that repeats another.
    func findRuns(_ texts: [String], passesRepetitions: Bool = false) async throws -> [RunRecord] {
        let near = try await runContents(.head)
        var everywhere: RunCatalog.Contents?
        var found: [RunRecord] = []
        for text in texts {
            if let run = try near.known(text, passesRepetitions: passesRepetitions) {
                found.append(run)
                continue
            }
            // What another one's name means does not change by that.
            let all: RunCatalog.Contents
            if let everywhere { all = everywhere } else { all = try await runContents(.everywhere) }
            everywhere = all
            if let damaged = try all.damaged(text) {
                throw Failure(
                    .failed,
                    "the record of run \(damaged.abbreviated) cannot be read",
                    hints: ["where it was recorded here, take it away: `git model runs delete \(damaged.abbreviated)`"]
                )
            }
            found.append(try all.find(text, passesRepetitions: passesRepetitions))
        }
        return found
    }

    /// Returns the run among those of this clone that a text means; throws for one that was recorded elsewhere, and
    /// says what has it.
    func ownRun(_ text: String, among own: RunCatalog.Contents) async throws -> RunRecord {
        if let run = try own.known(text) { return run }
        let all = try await runContents(.everywhere)
        throw try await refusal(of: all.find(text), among: all)
    }

    /// What to say of a run that was recorded elsewhere where one of this clone is needed.
    private func refusal(of run: RunRecord, among all: RunCatalog.Contents) async throws -> Failure {
        let name = "run \(run.id.abbreviated) was not recorded here: "
        guard all.kept.contains(run.id) else {
            let remote = ShellWord.quoted(try await gitRemote() ?? "REMOTE")
            let reference = "\(SharedRuns.directoryName)/\(run.id)"
            return Failure(
                .failed,
                name + "somebody shares it by a Git remote",
                hints: [
                    "whoever recorded it can keep it: `git model runs keep \(run.id.abbreviated)`",
                    "to be rid of it: `git push \(remote) :refs/git-model/\(reference)`, then "
                        + "`git update-ref -d \(RunPins.remotePrefix)\(remote)/\(reference)`",
                ]
            )
        }
        let summary = KeptRun.summary(of: run.id)
        guard let head = try await repository.objects.head().commit,
            try await repository.objects.entry(at: GitPath(summary), in: head) != nil
        else {
            return Failure(
                .failed,
                name + "another branch or a tag has it",
                hints: ["see it: `git model runs show \(run.id.abbreviated)`"]
            )
        }
        let files = KeptRun.directory(of: run.id)
        let hasFiles = try await repository.objects.entry(at: GitPath(files), in: head) != nil
        return Failure(
            .failed,
            name + "only the current commit has it",
            hints: ["take its summary out: `git rm \(hasFiles ? "-r \(summary) \(files)" : summary)`"]
        )
    }

    /// Returns what helps where the recorder of a run was killed, so that nobody read what its command wrote into the
    /// record; nothing for any other run.
    func hints(onUnclosed run: RunRecord) -> [String] {
        // What ended has a time, whoever ended it.
        guard run.status == .killed, run.ended == nil, !run.command.isEmpty, runs.current(run.id) != nil else {
            return []
        }
        return ["read what it had written into its record by then: `git model run end \(run.id.abbreviated)`"]
    }

    /// Whether the current commit has a run's summary.
    func isKept(_ run: RunID) async throws -> Bool {
        guard let head = try await repository.objects.head().commit else { return false }
        return try await repository.objects.entry(at: GitPath(KeptRun.summary(of: run)), in: head) != nil
    }

    /// Returns where the record of a run is that was not recorded here: the path of its summary in the current commit,
    /// or what `git show` takes.
    func place(ofForeign run: RunID) async throws -> String {
        let summary = KeptRun.summary(of: run)
        if try await isKept(run) { return summary }
        for prefix in Workspace.keepingPrefixes {
            for reference in try await repository.objects.references(prefix: prefix) {
                let id = reference.peeledID
                guard try await repository.objects.resolve(id.hex, to: .commit) == id else { continue }
                if try await repository.objects.entry(at: GitPath(summary), in: id) != nil {
                    return "\(reference.name):\(summary)"
                }
            }
        }
        return try await SharedRuns(self).place(of: run) ?? summary
    }

    /// Returns the blobs of the summaries that commits have, by their runs.
    func summaries(_ scope: RunScope) async throws -> [RunID: GitObjectID] {
        var trees: [GitObjectID] = []
        for commit in try await commits(scope) {
            // A directory is one entry, so that commits which have the same runs cost no more than one.
            let entry = try await repository.objects.entry(at: GitPath(KeptRun.directory), in: commit)
            if let entry, entry.mode.isDirectory, !trees.contains(entry.id) { trees.append(entry.id) }
        }
        var summaries: [RunID: GitObjectID] = [:]
        for tree in trees {
            for file in try await repository.objects.entries(in: tree, matching: .top) where file.mode.isFile {
                let run = KeptRun.run(ofSummaryAt: "\(KeptRun.directory)/\(file.path)")
                // The current commit comes first.
                if let run, summaries[run] == nil { summaries[run] = file.id }
            }
        }
        return summaries
    }

    private func commits(_ scope: RunScope) async throws -> [GitObjectID] {
        let objects = repository.objects
        var commits: [GitObjectID] = []
        if let head = try await objects.head().commit { commits.append(head) }
        guard scope == .everywhere else { return commits }
        var seen = Set(commits)
        for prefix in Workspace.keepingPrefixes {
            for reference in try await objects.references(prefix: prefix) {
                let id = reference.peeledID
                guard seen.insert(id).inserted else { continue }
                // A tag may lead to what is no commit.
                if try await objects.resolve(id.hex, to: .commit) == id { commits.append(id) }
            }
        }
        return commits
    }
}

extension RunCatalog.Contents {
    /// Returns the run that a text means of those whose records cannot be read; `nil` where it means another or none.
    fileprivate func damaged(_ text: String) throws -> RunID? {
        guard text.utf8.count >= RunID.shortestPrefix, RunID.isPrefix(text), try known(text) == nil else { return nil }
        let matches = unreadable.filter { $0.text.hasPrefix(text) }
        return matches.count == 1 ? matches[0] : nil
    }

    /// Returns the run that a text means; `nil` where it means none of these.
    func known(_ text: String, passesRepetitions: Bool = false) throws -> RunRecord? {
        do { return try find(text, passesRepetitions: passesRepetitions) } catch RunLookupError.unknown(_) {
            return nil
        }
    }
}
