import SystemIO
import SystemPackage

/// What to bring from here to a remote, or from there to here.
package struct GitRefspec: Sendable, Hashable {
    /// The full name on the side that gives; `nil` deletes the other.
    package let source: String?
    /// The full name on the side that takes.
    package let destination: String
    /// Whether a change that is no fast-forward is allowed.
    package let existing: GitReplacement

    /// Creates a refspec; throws `invalidName` for names that are not full, but for one `*` on both sides.
    package init(
        _ source: String?,
        to destination: String,
        existing: GitReplacement = .refuse
    ) throws(GitError) {
        for name in [source, destination].compactMap({ $0 }) {
            let literal = String(name.map { $0 == "*" ? "x" : $0 })
            guard GitReferenceName.isValid(literal), name.utf8.count(where: { $0 == UInt8(ascii: "*") }) <= 1 else {
                throw GitError(.invalidName(name), command: "git push")
            }
        }
        self.source = source
        self.destination = destination
        self.existing = existing
    }

    /// Creates a refspec for the same name on both sides.
    package init(_ name: String, existing: GitReplacement = .refuse) throws(GitError) {
        try self.init(name, to: name, existing: existing)
    }

    var argument: GitArgument { "\(existing == .replace ? "+" : "")\(source ?? ""):\(destination)" }
}

/// What to check out.
package enum GitCheckoutTarget: Sendable, Hashable {
    /// A commit, without a branch.
    case commit(GitObjectID)
    /// A local branch, by its short name.
    case branch(String)
}

extension GitRepository {
    private static let hookGuardName = "GIT_MODEL_HOOK_GUARD"

    /// The variable that tells our own hooks that we started this Git command here, so that they stand back: those of
    /// another repository, as of a submodule that Git pushes on the way, have their own work to do.
    package var hookGuard: [String: String] { [GitRepository.hookGuardName: layout.commonDirectory.string] }

    /// Whether a hook that runs in this environment is to stand back.
    package var isGuarded: Bool {
        guard let place = program.environment[GitRepository.hookGuardName].map({ FilePath($0) }), place.isAbsolute
        else { return false }
        return (try? FileStatus.isSame(place, layout.commonDirectory)) ?? false
    }

    /// What keeps Git, and the `ssh` that it starts, from asking for a password.
    private static let withoutQuestions = [
        "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": "true", "SSH_ASKPASS_REQUIRE": "force",
    ]

    /// Pushes exactly these references, on the caller's terminal: progress, credentials and hooks are the user's.
    ///
    /// One that is expected to be something there, `nil` for not to exist, is replaced if it still is that, and else
    /// refused. Without references, what Git's configuration says, and without a remote, where it says. Captured,
    /// nothing is printed, and Git's words are in the error.
    package func push(
        _ refspecs: [GitRefspec],
        to remote: String?,
        expecting leases: [String: GitObjectID?] = [:],
        isQuiet: Bool = false,
        isCaptured: Bool = false,
        environment: [String: String] = [:]
    ) async throws(GitError) {
        guard !refspecs.isEmpty || remote == nil else { return }
        let place: [GitArgument] = if let remote { ["--", try remoteArgument(remote)] } else { [] }
        let command: [GitArgument] = isQuiet ? ["push", "--quiet"] : ["push"]
        // Git would add the user's other tags, drafts among them, where `push.followTags` is set.
        let exactly: [GitArgument] = refspecs.isEmpty ? [] : ["--no-follow-tags"]
        let arguments = command + exactly + (try conditions(leases)) + place + refspecs.map(\.argument)
        guard isCaptured else { return try await attached(arguments, environment) }
        try await program.with(environment: environment).run(arguments)
    }

    /// Pushes a branch, by its full name, to where Git's configuration has it go, and no other; otherwise as above.
    ///
    /// A remote that takes all references or none (`remote.NAME.mirror`) gets them all, and hooks of ours run.
    package func pushAlone(
        _ branch: String,
        to remote: String,
        as configuration: GitConfiguration,
        isQuiet: Bool = false,
        isCaptured: Bool = false
    ) async throws(GitError) {
        let isMirror = configuration.flag("remote.\(remote).mirror") == true
        let words = isMirror ? [] : GitRepository.words(for: branch, to: remote, configuration)
        let place: [GitArgument] = words.isEmpty ? [] : ["--", try remoteArgument(remote)]
        let command: [GitArgument] = isQuiet ? ["push", "--quiet"] : ["push"]
        let arguments = command + place + words.map { GitArgument($0) }
        let environment = isMirror ? [:] : hookGuard
        guard isCaptured else { return try await attached(arguments, environment) }
        try await program.with(environment: environment).run(arguments)
    }

    /// Returns what `git push` has to be told to push a branch alone; nothing where it would not push more by itself.
    private static func words(
        for branch: String,
        to remote: String,
        _ configuration: GitConfiguration
    ) -> [String] {
        let refspecs = configuration.values("remote.\(remote).push")
        // Git takes for a name without a destination what these patterns, or `push.default`, say of it.
        if refspecs.isEmpty { return configuration.value("push.default") == "matching" ? [branch] : [] }
        let names = ["HEAD", "@", branch, String(branch.dropFirst("refs/heads/".count))]
        let own = refspecs.filter { refspec in
            names.contains(String(refspec.drop { $0 == "+" }.prefix { $0 != ":" }))
        }
        return own.count == refspecs.count ? [] : own.isEmpty ? [branch] : own
    }

    /// Pushes references all or none, and only if some still are where the caller saw them: `nil` means that they must
    /// not exist.
    ///
    /// On the caller's terminal, or, captured, with Git's words in the error; a reference that moved is such an error.
    package func pushAtomically(
        _ refspecs: [GitRefspec],
        expecting leases: [String: GitObjectID?],
        to remote: String,
        isCaptured: Bool,
        environment: [String: String] = [:]
    ) async throws(GitError) {
        let command: [GitArgument] = ["push", "--quiet", "--atomic", "--no-follow-tags"]
        let place: [GitArgument] = ["--", try remoteArgument(remote)]
        let arguments = command + (try conditions(leases)) + place + refspecs.map(\.argument)
        guard isCaptured else { return try await attached(arguments, environment) }
        try await program.with(environment: environment).run(arguments)
    }

    /// Returns what lets `git push` go on only where references are what the caller saw.
    private func conditions(_ leases: [String: GitObjectID?]) throws(GitError) -> [GitArgument] {
        for name in leases.keys where !GitReferenceName.isValid(name) {
            throw GitError(.invalidName(name), command: "git push")
        }
        return leases.sorted { $0.key < $1.key }.map { name, id in
            GitArgument("--force-with-lease=\(name):\(id?.hex ?? "")")
        }
    }

    /// Fetches references on the caller's terminal; with none, what the remote's configuration says.
    package func fetch(
        _ refspecs: [GitRefspec] = [],
        from remote: String,
        environment: [String: String] = [:]
    ) async throws(GitError) {
        try await attached(["fetch", "--", remoteArgument(remote)] + refspecs.map(\.argument), environment)
    }

    /// Fetches one commit without its history, by the full name of a reference, which gets the same name here, or by
    /// its id.
    ///
    /// Nothing is printed, but credentials may be asked for. Throws `unreachable` or `authenticationFailed`.
    package func fetchCommit(_ reference: String, from remote: String) async throws(GitError) -> GitObjectID {
        let isID = GitObjectID(reference) != nil
        guard isID || GitReferenceName.isValid(reference) else {
            throw GitError(.invalidName(reference), command: "git fetch")
        }
        let refspec = isID ? reference : "+\(reference):\(reference)"
        try await program.run([
            "fetch", "--quiet", "--no-tags", "--depth=1", "--", try remoteArgument(remote), GitArgument(refspec),
        ])
        let name = isID ? reference : reference + "^{commit}"
        guard let commit = try await objects.resolve(name, to: .commit) else {
            throw GitError(.referenceNotFound(reference), command: "git fetch")
        }
        return commit
    }

    /// Lets HEAD be a commit, without a branch; nothing is checked out.
    package func detachHead(at commit: GitObjectID) async throws(GitError) {
        try await program.run(["update-ref", "--no-deref", "HEAD", GitArgument(commit)])
    }

    /// Checks out a commit or branch; `git` refuses where changes in the work tree would be lost, unless it is forced.
    ///
    /// Throws `wouldOverwrite` with the first file that it refuses for. What hooks print is not shown; where one fails
    /// when all is done, what it printed is returned.
    @discardableResult
    package func checkout(
        _ target: GitCheckoutTarget,
        isForced: Bool = false,
        environment: [String: String] = [:]
    ) async throws(GitError) -> String? {
        let command: [GitArgument] = ["checkout", "--quiet"] + (isForced ? ["--force"] : [])
        let place: [GitArgument]
        switch target {
        case .commit(let id): place = ["--detach", GitArgument(id), "--"]
        case .branch(let name):
            guard GitReferenceName.isValidBranch(name) else {
                throw GitError(.invalidName(name), command: "git checkout")
            }
            place = [GitArgument(name), "--"]
        }
        guard let failure = await program.with(environment: environment).failure(of: command + place) else {
            return nil
        }
        guard failure.mayBeOfHook, try await isCheckedOut(target) else { throw failure }
        return failure.message
    }

    /// Whether HEAD is where a checkout was to lead, and no merge is under way that would have stopped it.
    private func isCheckedOut(_ target: GitCheckoutTarget) async throws(GitError) -> Bool {
        switch (target, try await objects.head()) {
        case (.commit(let wanted), .detached(let commit)) where commit == wanted: break
        case (.branch(let wanted), .branch(let name, _)) where name == "refs/heads/\(wanted)": break
        default: return false
        }
        return try await program.run(["ls-files", "--unmerged", "-z"]).bytes.isEmpty
    }

    /// Whether a remote would refuse the references as it is now, for what it has there is not in them.
    ///
    /// Nothing is changed there, no hook runs, and no question is asked but of the programs that the environment names
    /// for it: where the remote does not answer, it is not known to refuse anything.
    package func isRefused(_ refspecs: [GitRefspec], by remote: String) async -> Bool {
        guard let place = try? remoteArgument(remote) else { return false }
        let command: [GitArgument] = [
            "push", "--dry-run", "--quiet", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", "--", place,
        ]
        let output = try? await program.with(environment: questionsToPrograms)
            .run(command + refspecs.map(\.argument), accepting: [0, 1])
        return output?.exitCode == 1
    }

    /// What keeps Git and `ssh` from asking on the terminal, and leaves them the programs that the environment names to
    /// be asked in its place, as hosts of jobs and editors do: a push asks those, too.
    var questionsToPrograms: [String: String] {
        func isSet(_ name: String) -> Bool { program.environment[name]?.isEmpty == false }
        var changes = GitRepository.withoutQuestions
        if isSet("GIT_ASKPASS") { changes["GIT_ASKPASS"] = nil }
        // Without `force`, `ssh` would ask on the terminal.
        if isSet("SSH_ASKPASS"), program.environment["SSH_ASKPASS_REQUIRE"] == "force" {
            for name in ["GIT_ASKPASS", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE"] { changes[name] = nil }
        }
        return changes
    }

    /// Returns a remote's references by full name; `peeledID` is the tag object's where the remote does not peel it.
    ///
    /// Throws `unreachable` or `authenticationFailed`.
    package func remoteReferences(
        of remote: String,
        patterns: [String] = []
    ) async throws(GitError) -> [GitReference] {
        let place: [GitArgument] = ["ls-remote", "--quiet", "--", try remoteArgument(remote)]
        let output = try await program.run(place + patterns.map { GitArgument($0) })
        var found: [(name: String, id: GitObjectID)] = []
        var peeled: [String: GitObjectID] = [:]
        for line in output.lines {
            let fields = line.split(separator: "\t", maxSplits: 1)
            guard fields.count == 2, let id = GitObjectID(fields[0]) else {
                throw GitError(.unexpectedOutput, command: "git ls-remote", message: line)
            }
            if fields[1].hasSuffix("^{}") {
                peeled[String(fields[1].dropLast(3))] = id
            } else {
                found.append((String(fields[1]), id))
            }
        }
        return found.map { GitReference(name: $0.name, objectID: $0.id, peeledID: peeled[$0.name] ?? $0.id) }
    }

    func remoteArgument(_ remote: String) throws(GitError) -> GitArgument {
        guard !remote.isEmpty, remote.utf8.first != UInt8(ascii: "-"), !remote.utf8.contains(0) else {
            throw GitError(.invalidName(remote), command: "git remote")
        }
        return GitArgument(remote)
    }

    private func attached(_ arguments: [GitArgument], _ environment: [String: String]) async throws(GitError) {
        let code = try await program.runAttached(arguments, environment: environment)
        guard code != 0 else { return }
        // The user has seen Git's own message.
        let kind = code == 128 ? await connectionFailure(of: arguments, environment) : nil
        throw GitError(kind ?? .failed, command: program.summary(arguments), exitCode: code)
    }

    /// Returns why the remote of a command that failed for a reason that only the terminal has seen cannot be used,
    /// where that is the reason.
    ///
    /// It is asked once more, with nothing changed, no hook run and no question asked.
    private func connectionFailure(
        of arguments: [GitArgument],
        _ environment: [String: String]
    ) async -> GitError.Kind? {
        guard let command = arguments.first else { return nil }
        let rehearsal: [GitArgument] = [command, "--dry-run"] + (command == "push" ? ["--no-verify"] : [])
        do {
            try await program.with(environment: environment.merging(GitRepository.withoutQuestions) { $1 })
                .run(rehearsal + arguments.dropFirst())
            return nil
        } catch {
            return [.authenticationFailed, .unreachable].contains(error.kind) ? error.kind : nil
        }
    }
}

extension GitProgram {
    /// Runs `git` and returns why it failed; `nil` where it did not.
    func failure(of arguments: [GitArgument]) async -> GitError? {
        do {
            try await run(arguments)
            return nil
        } catch { return error }
    }
}

extension GitError {
    /// Whether this may be the exit code of a hook that ran when all was done: of what Git gives up it says 128 or
    /// more, and files that it could not write are named.
    var mayBeOfHook: Bool {
        guard kind != .cancelled, let exitCode else { return false }
        return (1..<128).contains(exitCode) && !message.contains("error: unable to ")
    }
}
