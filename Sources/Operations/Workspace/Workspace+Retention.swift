import Git
import Migration
import ModelCore
import Registry
import Remotes
import Store
import SystemIO

/// A commit whose artifacts need not stay in the local store when only the newest of each branch do.
package struct Checkpoint: Encodable, Sendable {
    /// An artifact that the commit brought in.
    package struct Artifact: Encodable, Sendable {
        /// The path in the repository.
        package let path: String
        /// The object's name.
        package let oid: String
        /// The size in bytes.
        package let size: Int64
    }

    /// The commit.
    package let commit: String
    /// The first line of its message.
    package let subject: String
    /// The artifacts, by path.
    package let artifacts: [Artifact]
    /// Whether they stay all the same, because no remote keeps them for this repository.
    package let isKept: Bool
}

extension Workspace {
    /// What a commit brought in that is in the local store and that nothing alive needs.
    struct Superseded {
        let commit: GitObjectID
        let artifacts: [PointerIndex.Entry]
    }

    /// Reads the pointers that count where a branch keeps its newest `count` commits that change one, and everything
    /// staged; maps of imports count whatever their age.
    func retainedPointers(keepingLast count: Int) async throws -> PointerIndex {
        let retention = try await repository.retention(keepingLast: count, changing: Pointer.fileSuffix)
        let maps = GitPath(ImportMap.directory)
        let roots = try await repository.gcRoots(indexSuffix: Pointer.fileSuffix, orInside: maps)
        var files = roots.indexEntries.map { (path: $0.path, mode: $0.mode, id: $0.id) }
        var seen = Set(files.map(\.id))
        for commit in retention.commits {
            let entries = try await repository.objects.entries(in: commit, matching: .suffix(Pointer.fileSuffix))
            for entry in entries where seen.insert(entry.id).inserted {
                files.append((path: entry.path, mode: entry.mode, id: entry.id))
            }
        }
        try await repository.introducedFiles(suffix: Pointer.fileSuffix, from: retention.histories) { file in
            if seen.insert(file.id).inserted { files.append((path: file.path, mode: file.mode, id: file.id)) }
        }
        try await repository.introducedFiles(suffix: ImportMap.path, orInside: maps, from: roots.commits) { file in
            if seen.insert(file.id).inserted { files.append((path: file.path, mode: file.mode, id: file.id)) }
        }
        return try await pointers(in: files)
    }

    /// Returns what history names beside `live`, by the commit that brought it in, newest first, as far as the store
    /// has anything of it that nothing alive needs.
    func superseded(beside live: [Pointer], in store: LocalStore) async throws -> [Superseded] {
        let roots = try await repository.gcRoots(indexSuffix: Pointer.fileSuffix)
        var order: [GitObjectID] = []
        var files: [GitObjectID: [(path: GitPath, mode: GitMode, id: GitObjectID)]] = [:]
        try await repository.introducedFiles(suffix: Pointer.fileSuffix, from: roots.commits) { file in
            if files[file.commit] == nil { order.append(file.commit) }
            files[file.commit, default: []].append((path: file.path, mode: file.mode, id: file.id))
        }
        let needed = Closure(of: live, in: store).frames
        var seen = Set(live.map(\.oid))
        var found: [Superseded] = []
        for commit in order {
            let entries = try await PointerIndex.read(files[commit] ?? [], in: repository).entries
            let gone = entries.filter {
                seen.insert($0.pointer.oid).inserted
                    && Closure(of: [$0.pointer], in: store).frames.keys.contains { needed[$0] == nil }
            }
            if !gone.isEmpty { found.append(Superseded(commit: commit, artifacts: gone)) }
        }
        return found
    }

    /// Returns which of these objects some remote has whole and keeps for this repository, as all that are set up say,
    /// and why some of them cannot be asked.
    ///
    /// What no root of this repository names is somebody else's: collection takes it once they need it no more. What a
    /// remote has that does not say which roots there are, as a web server, does not count either.
    func heldRemotely(_ pointers: [Pointer], local: LocalStore) async throws -> (held: Set<Digest>, warnings: [String])
    {
        var held: Set<Digest> = []
        var warnings: [String] = []
        for name in configuration.remoteNames {
            let rest = pointers.filter { !held.contains($0.oid) }
            guard !rest.isEmpty else { break }
            do {
                let remote = try remote(named: name)
                try requireReachable(remote)
                if try isLocalStore(remote) { continue }
                let rooted = try await remote.store.objects(rootedBy: try await rootIdentities())
                let whole = try await remote.holds(rest, local: local)
                held.formUnion(whole.intersection(rooted))
                let lent = whole.subtracting(rooted).count
                guard lent > 0 else { continue }
                warnings.append("remote \(name) keeps older artifacts for others only, as if it lacked them: \(lent)")
            } catch {
                if context.cancellation.isCancelled { throw error }
                warnings.append(Workspace.warning(ofUnasked: name, error))
            }
        }
        return (held, warnings)
    }

    private static func warning(ofUnasked name: String, _ error: any Error) -> String {
        if let error = error as? RemoteError, case .unlisted = error {
            return "remote \(name) does not say what it keeps for this repository, and counts as if it lacked all of it"
        }
        return "remote \(name) cannot say what it has: \(error)"
    }

    /// The command that sends everything to a remote that may be written to; `nil` where none may.
    var commandToPushAll: String? {
        let command = "git model push --all"
        let names = configuration.remoteNamesByPreference
        // Where none is set up, or it cannot be told, pushing says what to do.
        func isWritable(_ name: String) -> Bool { (try? remote(named: name).store.remote.isReadOnly) != true }
        guard let first = names.first, !isWritable(first) else { return command }
        return names.dropFirst().first(where: isWritable).map { "\(command) --remote \(ShellWord.quoted($0))" }
    }

    /// Returns the report's view of commits; `kept` are the objects that stay.
    func checkpoints(_ commits: [Superseded], keeping kept: Set<Digest>) async throws -> [Checkpoint] {
        let subjects = try await repository.objects.commits(commits.map(\.commit))
        let byID = Dictionary(subjects.map { ($0.id, $0.subject) }) { first, _ in first }
        return commits.flatMap { commit in
            [false, true].compactMap { isKept in
                let artifacts = commit.artifacts.filter { kept.contains($0.pointer.oid) == isKept }
                guard !artifacts.isEmpty else { return nil }
                return Checkpoint(
                    commit: commit.commit.hex,
                    subject: byID[commit.commit] ?? "",
                    artifacts: artifacts.map {
                        Checkpoint.Artifact(path: $0.path.text, oid: "\($0.pointer.oid)", size: $0.pointer.size)
                    },
                    isKept: isKept
                )
            }
        }
    }
}
