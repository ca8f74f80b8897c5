import Git
import ModelCore
import SystemIO
import SystemPackage

/// The commit that an import makes of what it staged, and of nothing else.
struct ImportCommit {
    private static let markerLimit = 1 << 28

    private let workspace: Workspace
    /// There while an import is under way, with the commit that it imports and the paths that it is going to stage: one
    /// that was killed may have staged a part, and the next goes on.
    private let marker: FilePath
    /// The commit that is imported.
    let head: GitObjectID
    /// Where it was checked out: on which branch, if any.
    private let place: GitHead

    /// Refuses where something is staged, or a merge or the like is under way, unless by an import that was
    /// interrupted; a dry run never minds.
    init(in workspace: Workspace, isDryRun: Bool) async throws {
        self.workspace = workspace
        marker = workspace.repository.layout.gitDirectory.appending("git-model-import")
        place = try await workspace.repository.objects.head()
        guard let head = place.commit else {
            throw Failure(.failed, "nothing is committed here yet", hints: ["commit first: `git commit`"])
        }
        self.head = head
        if isDryRun { return }
        if try await !hasStagedBefore() { try DurableFile.remove(marker) }
    }

    /// Throws where what is committed now would be more than the import, or land elsewhere than where it began: hours
    /// may have passed.
    func requireSamePlace() async throws {
        guard try await workspace.repository.objects.head() == place else {
            throw Failure(
                .failed,
                "cannot import: something else was checked out or committed meanwhile",
                hints: ["go back to where it is to be committed, if that is elsewhere, then the same command again"]
            )
        }
        _ = try await hasStagedBefore()
    }

    /// Returns whether an import that was interrupted has staged something; throws where anybody else has, or where a
    /// merge or the like is under way.
    private func hasStagedBefore() async throws -> Bool {
        let directory = workspace.repository.layout.gitDirectory
        let unfinished = [("MERGE_HEAD", "merge"), ("CHERRY_PICK_HEAD", "cherry-pick"), ("REVERT_HEAD", "revert")]
        for (file, name) in unfinished where try FileStatus.of(directory.appending(file)) != nil {
            throw Failure(
                .failed,
                "cannot import while a \(name) is under way",
                hints: ["finish it: `git \(name) --continue`", "or give it up: `git \(name) --abort`"]
            )
        }
        let staged = try await workspace.repository.index.changes(since: head)
        if staged.isEmpty { return false }
        let models = GitPath(".mver/models")
        let planned = try planned
        let others = staged.map(\.path).filter { path in
            planned.map { !$0.contains(path) && !path.isInside(models) } ?? true
        }
        guard let first = others.first else { return true }
        let more = others.count > 1 ? " and \(others.count - 1) more" : ""
        throw Failure(
            .failed,
            "cannot import: \(first)\(more) would get into the commit, for it is staged",
            hints: ["commit it first: `git commit`", "or put it aside: `git stash`"]
        )
    }

    /// The paths that an interrupted import of this very commit was going to stage; `nil` where there was none.
    ///
    /// After another commit, what is staged is the user's, and so is what no import had planned.
    private var planned: Set<GitPath>? {
        get throws {
            guard try FileStatus.of(marker)?.kind == .regular else { return nil }
            let words = try DurableFile.read(marker, limit: ImportCommit.markerLimit).split(separator: 0)
            guard let first = words.first, first.elementsEqual(head.hex.utf8) else { return nil }
            return Set(words.dropFirst().map { GitPath(String(decoding: $0, as: UTF8.self)) })
        }
    }

    /// Marks the import as under way, which is going to change some files and to stage more; refuses where the former
    /// have changes of the user's that are not staged, and where it is not as it was when the import began.
    ///
    /// What was read should be in the store by then, so that it need not be read again.
    func begin(changing changed: [RepositoryPath], staging staged: [RepositoryPath]) async throws {
        if try planned == nil {
            let index = workspace.repository.index
            let unstaged = try await index.unstaged(Set(changed).sorted().map { GitPath($0.text) }).sorted()
            for path in unstaged where try await index.isTracked(path) {
                let word = ShellWord.quoted(path.description)
                throw Failure(
                    .failed,
                    "cannot import: changes of \(path) would get into the commit",
                    hints: ["commit them first: `git commit -- \(word)`", "or put them aside: `git stash`"]
                )
            }
        }
        try await requireSamePlace()
        let words = [head.hex] + (changed + staged).map(\.text)
        try DurableFile.write(Array(words.joined(separator: "\0").utf8), to: marker)
    }

    /// Commits what is staged, with the user's own hooks and signature.
    func make(_ message: String) async throws -> GitObjectID? {
        do { try await commit(["commit", "--quiet", "-m", GitArgument(message)]) } catch {
            throw Failure(
                .failed,
                "what was imported is staged, but Git did not commit it",
                hints: ["when the reason is gone: `git commit`, or the same command again"],
                cause: error
            )
        }
        try DurableFile.remove(marker)
        return try await workspace.repository.objects.head().commit
    }

    /// Runs `git commit`, on the user's terminal unless a program reads what is said there.
    private func commit(_ command: [GitArgument]) async throws {
        let program = workspace.repository.program.with(environment: workspace.repository.hookGuard.mapValues { $0 })
        if workspace.context.isMachineRead {
            try await program.run(command)
            return
        }
        let code = try await program.runAttached(command)
        guard code == 0 else { throw GitError(.failed, command: "git commit", exitCode: code) }
    }

    /// Ends an import that found nothing to commit.
    func end() throws { try DurableFile.remove(marker) }
}
