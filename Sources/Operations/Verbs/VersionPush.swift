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
    /// Where Git pushes to for that: its name, or a URL where that is not what Git fetches from.
    private let place: String
    /// Whether Git pushes there alone, so that what that has tells what became of a push.
    private let isOnlyPlace: Bool
    /// What the Git remote's tag has to be for this one to take its place; empty where it takes no other's.
    private let leases: [String: GitObjectID?]

    /// Throws where it is known beforehand that the push would fail: a tag that nobody asked for alone is in the way
    /// later.
    ///
    /// One that is there already is not made again. Forced, it takes the place of the remote's tag where that is the
    /// one that is here now: of another version, which was never fetched, nobody who forces this one knows.
    init(of name: TagName, isTagged: Bool, isForced: Bool, in workspace: Workspace) async throws {
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
            let places = await workspace.pushPlaces(of: gitRemote)
            place = places[0]
            isOnlyPlace = places.count == 1
            if isForced {
                let there = try await workspace.remoteID(of: name.reference, at: place)
                let here = try await workspace.repository.objects.reference(name.reference)?.objectID
                guard there == nil || there == here else {
                    let again = "git model tag \(ShellWord.quoted(name.text)) --force --push"
                    let way = "`\(VersionPush.fetch(name, from: place))`, then `\(again)`"
                    throw VersionPush.isAnother(name, at: place, replacedBy: way)
                }
                leases = [name.reference: there]
            } else {
                leases = [:]
            }
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
                + "`git model push --git`, then `\(tagPush(over: leases[name.reference] ?? nil))`",
            "or begin anew: `git tag -d \(tag)`",
        ]
    }

    /// The command that pushes the tag as it is, signature and message, also where the remote has an old one.
    private func tagPush(over old: GitObjectID?) -> String {
        let remote = ShellWord.quoted(gitRemote)
        guard let old else { return "git push \(remote) \(ShellWord.quoted(name.text))" }
        return "git push --force-with-lease=\(name.reference):\(old.hex) \(remote) \(name.reference)"
    }

    /// Pushes, and notes in the report what was pushed; a failure says that the tag is there.
    func run(
        _ artifacts: [PointerIndex.Entry],
        from store: LocalStore,
        into report: inout TagVersion.Report
    ) async throws {
        let state = report.isNew ? "tagged \(name), but could not push it" : "cannot push \(name)"
        let other: GitObjectID?
        do {
            let runs = try await workspace.runsToPush(to: gitRemote)
            let more = try await runArtifacts(of: runs, beside: artifacts, in: store)
            let push = try await workspace.push(artifacts + more, to: nil, from: store)
            report.push = push
            try requireComplete(push)
            report.warnings += [try await workspace.warning(ofUncommittedRemote: push.remote)].compactMap(\.self)
            report.warnings += try await workspace.pushPins(of: runs, to: gitRemote)
            other = try await pushReferences(into: &report)
        } catch {
            if workspace.context.cancellation.isCancelled { throw error }
            throw Failure(nil, state, hints: try await hints(after: error), cause: error)
        }
        guard let other else { return }
        let way = "`\(tagPush(over: other))`"
        throw Failure(nil, state, cause: VersionPush.isAnother(name, at: place, replacedBy: way))
    }

    private func hints(after error: any Error) async throws -> [String] {
        // Somebody may have pushed since the branch was looked at.
        if let branch = try await branch(), (error as? GitError)?.exitCode == 1, await isBehind(branch) {
            return hints(behind: branch)
        }
        guard let old = leases[name.reference] ?? nil else {
            return ["go on: `git model tag \(ShellWord.quoted(name.text)) --push`"]
        }
        let push = try await branch() == nil ? "git model push" : "git model push --git"
        return ["go on: `\(push)`, then `\(tagPush(over: old))`"]
    }

    /// Whether the remote's branch has commits that HEAD has not; `false` where that cannot be seen.
    private func isBehind(_ branch: String) async -> Bool {
        let objects = workspace.repository.objects
        guard let there = try? await workspace.remoteID(of: "refs/heads/\(branch)", at: place),
            let head = try? await objects.head().commit
        else { return false }
        // A commit that never was here is not in HEAD.
        return (try? await objects.isAncestor(there, of: head)) != true
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

    /// Returns the remote's tag where that is another, which stays.
    private func pushReferences(into report: inout TagVersion.Report) async throws -> GitObjectID? {
        if let branch = try await branch() {
            // One reference a push: some hosts start no workflow for tags that come in a crowd.
            try await workspace.pushWithGit([try GitRefspec("refs/heads/\(branch)")], to: gitRemote)
            report.references.append(branch)
        }
        if let other = try await pushTag() { return other }
        report.references.append(name.text)
        report.gitRemote = gitRemote
        return nil
    }

    /// Returns the remote's tag where that is neither this one nor what this one is to replace.
    private func pushTag() async throws -> GitObjectID? {
        do {
            // A refspec that replaces would do so whatever is expected.
            try await workspace.pushWithGit([try GitRefspec(name.reference)], to: gitRemote, expecting: leases)
            return nil
        } catch {
            // Where Git refused nothing, its remote may not answer.
            guard leases[name.reference] != nil || (error as? GitError)?.exitCode == 1 else { throw error }
            // The words of a refusal are for people, and in their language; the remote itself says what happened.
            let now = try? await workspace.remoteID(of: name.reference, at: place)
            let own = try? await workspace.repository.objects.reference(name.reference)?.objectID
            guard let now, now != leases[name.reference] ?? nil else { throw error }
            guard now == own else { return now }
            // The answer may have got lost; of several places, it may have been another's.
            guard isOnlyPlace else { throw error }
            return nil
        }
    }

    private static func isAnother(_ name: TagName, at remote: String, replacedBy way: String) -> Failure {
        Failure(
            .failed,
            "\(GitURL.withoutLogin(remote)) has another \(name), which somebody else may rely on",
            hints: ["take theirs: `\(fetch(name, from: remote))`", "put this one in its place: \(way)"]
        )
    }

    private static func fetch(_ name: TagName, from remote: String) -> String {
        let place = ShellWord.quoted(GitURL.withoutLogin(remote))
        return "git fetch --force \(place) \(ShellWord.quoted("\(name.reference):\(name.reference)"))"
    }
}

extension Workspace {
    /// Returns what has to be asked for what a push to a Git remote would find, at least one: `ls-remote` by name asks
    /// where Git fetches from.
    fileprivate func pushPlaces(of remote: String) async -> [String] {
        let (program, name) = (repository.program, GitArgument(remote))
        func urls(_ options: [GitArgument]) async -> [String] {
            let output = try? await program.run(["remote", "get-url"] + options + ["--", name])
            return output?.line.split(separator: "\n").map(String.init) ?? []
        }
        let (source, targets) = (await urls([]), await urls(["--push", "--all"]))
        return targets.isEmpty || targets == source ? [remote] : targets
    }

    /// Returns the object that a Git remote's reference names, by its full name; `nil` where it has none.
    fileprivate func remoteID(of name: String, at remote: String) async throws -> GitObjectID? {
        try await repository.remoteReferences(of: remote, patterns: [name]).first { $0.name == name }?.objectID
    }

    /// Pushes references with `git`, with no remote what and where its configuration says: on the user's terminal, or,
    /// where a program reads our messages, without a word.
    ///
    /// What they are expected to be there is said as for `GitRepository.push`.
    func pushWithGit(
        _ refspecs: [GitRefspec],
        to remote: String?,
        expecting leases: [String: GitObjectID?] = [:]
    ) async throws {
        try await repository.push(
            refspecs,
            to: remote,
            expecting: leases,
            isQuiet: !context.isInteractive,
            isCaptured: !context.isInteractive || context.isMachineRead,
            environment: repository.hookGuard
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
