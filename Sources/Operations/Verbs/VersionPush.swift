import Git
import ModelCore
import Registry
import Store
import SystemIO

/// Pushes a version: its objects, then the branch, then the tag.
struct VersionPush {
    private let workspace: Workspace
    private let name: TagName
    private let gitRemote: String

    /// Throws where it is known beforehand that the push would fail: a tag that nobody asked for alone is in the way later.
    init(of name: TagName, in workspace: Workspace) async throws {
        self.workspace = workspace
        self.name = name
        do {
            let remote = try workspace.remote(named: nil)
            try workspace.requireAgreement(to: remote)
            try workspace.requireReachable(remote)
            guard let gitRemote = try await workspace.gitRemote() else {
                throw Failure(.failed, "no Git remote is set up", hints: ["add one: `git remote add origin URL`"])
            }
            self.gitRemote = gitRemote
        } catch {
            throw Failure(nil, "cannot push \(name), and so nothing was tagged", cause: error)
        }
    }

    /// Pushes, and notes in the report what was pushed; a failure says that the tag is there.
    func run(
        _ artifacts: [PointerIndex.Entry],
        from store: LocalStore,
        existing: GitReplacement,
        into report: inout TagVersion.Report
    ) async throws {
        do {
            report.push = try await workspace.push(artifacts, to: nil, from: store)
            try await pushReferences(existing, into: &report)
        } catch {
            if workspace.context.cancellation.isCancelled { throw error }
            let state = report.isNew ? "tagged \(name), but could not push it" : "cannot push \(name)"
            throw Failure(nil, state, hints: ["go on: `git model tag \(name.text) --push`"], cause: error)
        }
    }

    private func pushReferences(_ existing: GitReplacement, into report: inout TagVersion.Report) async throws {
        var refspecs: [GitRefspec] = []
        if case .branch(let branch, _) = try await workspace.repository.objects.head() {
            refspecs.append(try GitRefspec(branch))
            report.references.append(String(branch.dropFirst("refs/heads/".count)))
        }
        refspecs.append(try GitRefspec(name.reference, existing: existing))
        report.references.append(name.text)
        report.gitRemote = gitRemote
        // One reference a push: some hosts start no workflow for tags that come in a crowd.
        for refspec in refspecs { try await workspace.pushWithGit([refspec], to: gitRemote) }
    }
}

extension Workspace {
    /// Pushes references with `git`, with no remote what and where its configuration says: on the user's terminal, or, where a
    /// program reads our messages, without a word.
    func pushWithGit(_ refspecs: [GitRefspec], to remote: String?) async throws {
        try await repository.push(
            refspecs,
            to: remote,
            isQuiet: !context.isInteractive,
            isCaptured: context.isMachineRead,
            environment: GitRepository.hookGuard
        )
    }

    /// Returns the Git remote that the current branch belongs to: its own, else `origin`, else the only one.
    func gitRemote() async throws -> String? {
        let git = try await repository.program.configuration()
        if case .branch(let branch, _) = try await repository.objects.head(),
            let own = git.value("branch.\(branch.dropFirst("refs/heads/".count)).remote")
        {
            return own
        }
        let names = git.subsections(of: "remote")
        return names.contains("origin") ? "origin" : names.count == 1 ? names[0] : nil
    }
}
