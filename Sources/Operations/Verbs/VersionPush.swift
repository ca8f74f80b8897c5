import Git
import ModelCore
import Registry
import Runs
import Store
import SystemIO

/// Pushes a version: its objects, then the branch, then the tag.
struct VersionPush {
    private let workspace: Workspace
    private let name: TagName
    private let gitRemote: String

    /// Throws where it is known beforehand that the push would fail: a tag that nobody asked for alone is in the way
    /// later.
    ///
    /// One that is there already is not made again.
    init(of name: TagName, isTagged: Bool, in workspace: Workspace) async throws {
        self.workspace = workspace
        self.name = name
        do {
            let remote = try workspace.remote(named: nil)
            try workspace.requireAgreement(to: remote)
            try workspace.requireReachable(remote)
            guard let gitRemote = try await workspace.gitPushRemote() else {
                throw Failure(.failed, "no Git remote is set up", hints: ["add one: `git remote add origin URL`"])
            }
            self.gitRemote = gitRemote
            try await requireBranch(isTagged: isTagged)
        } catch {
            throw Failure(nil, "cannot push \(name)" + (isTagged ? "" : ", and so nothing was tagged"), cause: error)
        }
    }

    /// Throws where the remote's branch has what HEAD's has not: after a merge HEAD is another commit.
    private func requireBranch(isTagged: Bool) async throws {
        guard let branch = try await branch(),
            try await workspace.repository.isRefused([GitRefspec("refs/heads/\(branch)")], by: gitRemote)
        else { return }
        let merge = "get them first: `git pull \(ShellWord.quoted(gitRemote)) \(ShellWord.quoted(branch))`"
        throw Failure(
            .failed,
            "branch \(branch) of \(gitRemote) has commits that the one here has not",
            hints: isTagged ? hints(behind: branch) : [merge]
        )
    }

    /// The short name of the branch that HEAD is on; `nil` where it is detached.
    private func branch() async throws -> String? {
        guard case .branch(let name, _) = try await workspace.repository.objects.head() else { return nil }
        return String(name.dropFirst("refs/heads/".count))
    }

    /// The ways on with a tag on a commit that does not get to the remote's branch as it is.
    private func hints(behind branch: String) -> [String] {
        let (remote, tag) = (ShellWord.quoted(gitRemote), ShellWord.quoted(name.text))
        return [
            "push it with a merge: `git pull --no-rebase \(remote) \(ShellWord.quoted(branch))`, "
                + "`git model push --git`, then `git push \(remote) \(tag)`",
            "or begin anew: `git tag -d \(tag)`",
        ]
    }

    /// Pushes, and notes in the report what was pushed; a failure says that the tag is there.
    func run(
        _ artifacts: [PointerIndex.Entry],
        from store: LocalStore,
        existing: GitReplacement,
        into report: inout TagVersion.Report
    ) async throws {
        do {
            let runs = try await workspace.runsToPush(to: gitRemote)
            let more = try await runArtifacts(of: runs, beside: artifacts, in: store)
            let push = try await workspace.push(artifacts + more, to: nil, from: store)
            report.push = push
            try requireComplete(push)
            report.warnings += [try await workspace.warning(ofUncommittedRemote: push.remote)].compactMap(\.self)
            report.warnings += try await workspace.pushPins(of: runs, to: gitRemote)
            try await pushReferences(existing, into: &report)
        } catch {
            if workspace.context.cancellation.isCancelled { throw error }
            let state = report.isNew ? "tagged \(name), but could not push it" : "cannot push \(name)"
            throw Failure(nil, state, hints: try await hints(after: error), cause: error)
        }
    }

    private func hints(after error: any Error) async throws -> [String] {
        // Somebody may have pushed since the branch was looked at.
        if let branch = try await branch(), (error as? GitError)?.exitCode == 1,
            try await workspace.repository.isRefused([GitRefspec("refs/heads/\(branch)")], by: gitRemote)
        {
            return hints(behind: branch)
        }
        return ["go on: `git model tag \(ShellWord.quoted(name.text)) --push`"]
    }

    /// Throws where an object did not get to the remote: whoever gets the references could not get what they name.
    private func requireComplete(_ push: TransferReport) throws {
        guard let first = push.problems.first else { return }
        let more = push.problems.count > 1 ? ", and \(push.problems.count - 1) more like it" : ""
        throw Failure(.failed, "\(first.subject): \(first.message)\(more)", hints: push.hints)
    }

    /// Returns the files of the runs that the current commit has, and what the remote gets with it: what commits on the
    /// way have, and what those runs started from.
    private func runArtifacts(
        of runs: Set<RunID>,
        beside artifacts: [PointerIndex.Entry],
        in store: LocalStore
    ) async throws -> [PointerIndex.Entry] {
        guard let head = try await workspace.repository.objects.head().commit else { return [] }
        let files = try await PointerIndex.at(head, in: workspace.repository).entries.filter(\.path.isOfRun)
        var seen = Set(artifacts.map(\.pointer))
        let introduced = try await workspace.introducedArtifacts(to: gitRemote)
        let pinned = try await workspace.pinnedArtifacts(of: runs, in: store)
        let more = try await workspace.remote(named: nil).withoutPurged(introduced + pinned, local: store)
        return (files + more).filter { seen.insert($0.pointer).inserted }
    }

    private func pushReferences(_ existing: GitReplacement, into report: inout TagVersion.Report) async throws {
        var refspecs: [GitRefspec] = []
        if let branch = try await branch() {
            refspecs.append(try GitRefspec("refs/heads/\(branch)"))
            report.references.append(branch)
        }
        refspecs.append(try GitRefspec(name.reference, existing: existing))
        report.references.append(name.text)
        report.gitRemote = gitRemote
        // One reference a push: some hosts start no workflow for tags that come in a crowd.
        for refspec in refspecs { try await workspace.pushWithGit([refspec], to: gitRemote) }
    }
}

extension Workspace {
    /// Pushes references with `git`, with no remote what and where its configuration says: on the user's terminal, or,
    /// where a program reads our messages, without a word.
    func pushWithGit(_ refspecs: [GitRefspec], to remote: String?) async throws {
        try await repository.push(
            refspecs,
            to: remote,
            isQuiet: !context.isInteractive,
            isCaptured: !context.isInteractive || context.isMachineRead,
            environment: GitRepository.hookGuard
        )
    }

    /// Returns the Git remote that the current branch is pushed to, as Git finds it: the branch's own for pushing, the
    /// one for pushing in general, else that which the branch belongs to.
    func gitPushRemote() async throws -> String? {
        let git = try await repository.program.configuration()
        var names = [git.value("remote.pushdefault")]
        if case .branch(let branch, _) = try await repository.objects.head() {
            names.insert(git.value("branch.\(branch.dropFirst("refs/heads/".count)).pushremote"), at: 0)
        }
        if let name = names.compactMap(\.self).first(where: { git.value("remote.\($0).url") != nil }) { return name }
        return try await gitRemote()
    }

    /// Returns the Git remote that the current branch belongs to: its own, else `origin`, else the only one.
    ///
    /// That is for what goes with the branch; stages, rules and deployments are those of `registryRemote()`.
    func gitRemote() async throws -> String? {
        let git = try await repository.program.configuration()
        if case .branch(let branch, _) = try await repository.objects.head(),
            let own = git.value("branch.\(branch.dropFirst("refs/heads/".count)).remote"),
            // A branch may follow another of this repository, or a URL.
            git.value("remote.\(own).url") != nil
        {
            return own
        }
        let names = git.subsections(of: "remote")
        return names.contains("origin") ? "origin" : names.count == 1 ? names[0] : nil
    }
}
