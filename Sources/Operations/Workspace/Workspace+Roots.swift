import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

extension Workspace {
    /// Returns everything that keeps bytes of the local store alive: what this repository refers to, and what every
    /// other that uses the store does.
    ///
    /// Of this repository's branches, only the newest `count` commits that change an artifact count where a number is
    /// given. Throws where any user of the store cannot be read.
    func livePointers(keepingLast count: Int? = nil) async throws -> [Pointer] {
        let all = Set(try await ownLivePointers(keepingLast: count) + otherUsersPointers())
        return all.sorted { $0.oid < $1.oid }
    }

    /// Returns what this repository refers to: the pointers of history, of every index, and on the disk of every
    /// worktree, tracked, new or ignored.
    ///
    /// Throws where anything that might be a pointer cannot be read: who deletes must know all of them. A file of
    /// history that is none, though it has a pointer's name, names nothing and cannot be taken back: it stops nobody.
    /// One on the disk can be mended.
    func ownLivePointers(keepingLast count: Int? = nil) async throws -> [Pointer] {
        let history =
            if let count { try await retainedPointers(keepingLast: count) } else { try await historicalPointers() }
        if let newer = history.damaged.first(where: { $0.kind == .newerVersion }) {
            throw Failure(
                .failed,
                "\(newer.path) in the history or an index: \(newer.problem)",
                hints: ["install a newer git-model"]
            )
        }
        var live = Set(history.entries.map(\.pointer) + history.damaged.compactMap(\.named))
        live.formUnion(try await deployedPointers())
        for other in try await worktreesInPlace() {
            live.formUnion(try await other.allArtifacts().map(\.pointer))
            live.formUnion(try await other.ignoredPointers())
            live.formUnion(try await other.importedArtifacts().map(\.pointer))
        }
        return live.sorted { $0.oid < $1.oid }
    }

    /// Returns the pointers that are checked out: those of every worktree's HEAD and index, and on its disk.
    func checkedOutPointers() async throws -> [Pointer] {
        let roots = try await repository.gcRoots(indexSuffix: Pointer.fileSuffix)
        let staged = roots.indexEntries.map { (path: $0.path, mode: $0.mode, id: $0.id) }
        var found = Set(try await PointerIndex.read(staged, in: repository).entries.map(\.pointer))
        for commit in try await repository.worktrees().map(\.commit) + [try await repository.objects.head().commit] {
            guard let commit else { continue }
            found.formUnion(try await PointerIndex.at(commit, in: repository).entries.map(\.pointer))
        }
        for other in try await worktreesInPlace() {
            found.formUnion(try await PointerIndex.workTree(of: other.repository).entries.map(\.pointer))
        }
        return Array(found)
    }

    /// The pointers in files that Git ignores, where somebody keeps some.
    private func ignoredPointers() async throws -> [Pointer] {
        let output = try await repository.program.run([
            "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--full-name", "--",
            GitArgument(":(top,glob)**/*" + Pointer.fileSuffix),
        ])
        return try output.bytes.split(separator: 0).compactMap { bytes in
            let file = root.appending(String(decoding: bytes, as: UTF8.self))
            guard let status = try FileStatus.of(file), status.kind == .regular, status.size <= Pointer.byteLimit else {
                return nil
            }
            // What Git ignores may be anything: only what is a pointer counts as one.
            return try? Pointer(parsing: DurableFile.read(file, limit: Pointer.byteLimit))
        }
    }
}
