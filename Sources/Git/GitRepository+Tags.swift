/// Whether a tag is signed.
package enum GitSigning: Sendable, Hashable {
    /// As the user's `tag.gpgSign` says.
    case asConfigured
    /// With the user's default key.
    case always
    /// With one key.
    case key(String)
    /// Not.
    case never

    fileprivate var arguments: [GitArgument] {
        switch self {
        case .asConfigured: ["--annotate"]
        case .always: ["--sign"]
        case .key(let key): ["--local-user=\(key)"]
        case .never: ["--annotate", "--no-sign"]
        }
    }
}

/// Whether something may take the place of what is there.
package enum GitReplacement: Sendable, Hashable {
    /// What is there stays, and there is an error.
    case refuse
    /// What is there goes.
    case replace
}

extension GitRepository {
    /// Makes an annotated tag with exactly that message, through `git`, so that the user's signing program runs.
    ///
    /// With a time, in seconds since 1970, the tag says that it was made then. Returns the tag object's id. Throws
    /// `invalidName`, `alreadyExists`, or `failed` when signing fails; then there is no tag, or the one from before.
    @discardableResult
    package func createTag(
        _ name: String,
        on target: GitObjectID,
        message: String,
        signing: GitSigning = .asConfigured,
        existing: GitReplacement = .refuse,
        at time: Int64? = nil
    ) async throws(GitError) -> GitObjectID {
        guard GitReferenceName.isValidTag(name), !message.utf8.contains(0) else {
            throw GitError(.invalidName(name), command: "git tag")
        }
        let reference = "refs/tags/" + name
        let replaced = existing == .replace ? try await objects.reference(reference)?.objectID : nil
        var arguments: [GitArgument] = ["tag"] + signing.arguments + ["--cleanup=verbatim", "--file=-"]
        if existing == .replace { arguments.append("--force") }
        let text = message.hasSuffix("\n") ? message : message + "\n"
        // A number alone is in seconds, and in the user's own zone, but Git takes none from the year 2100 on.
        let clock: [String: String?] =
            time.map { time in
                ["GIT_COMMITTER_DATE": time < 4_102_444_800 ? "\(time)" : "@\(time) +0000"]
            } ?? [:]
        let output = try await program.with(environment: clock)
            .run(arguments + ["--", GitArgument(name), GitArgument(target)], input: Array(text.utf8))
        guard let id = try await objects.reference(reference)?.objectID else {
            throw GitError(.referenceNotFound(reference), command: "git tag")
        }
        try await requireSignature(on: id, named: reference, signing, replacing: replaced, output.message)
        return id
    }

    /// Takes a tag away again that was to be signed and is not, and throws `failed` with what Git said.
    ///
    /// Older Gits, such as 2.39, make it without a signature where OpenSSH's program fails, and exit with 0.
    private func requireSignature(
        on id: GitObjectID,
        named reference: String,
        _ signing: GitSigning,
        replacing old: GitObjectID?,
        _ message: String
    ) async throws(GitError) {
        if signing == .never { return }
        if try await objects.annotations([id])[id]?.isSigned == true { return }
        if signing == .asConfigured {
            guard try await program.configuration().flag("tag.gpgSign") == true else { return }
        }
        if let old {
            try await updateReference(reference, to: old, expecting: id, reason: nil)
        } else {
            try await deleteReference(reference, expecting: id)
        }
        throw GitError(.failed, command: "git tag --sign", message: message.isEmpty ? "it has no signature" : message)
    }

    /// Deletes a tag; throws `referenceNotFound` when there is none.
    package func deleteTag(_ name: String) async throws(GitError) {
        guard GitReferenceName.isValidTag(name), let tag = try await objects.reference("refs/tags/" + name) else {
            throw GitError(.referenceNotFound("refs/tags/" + name), command: "git tag --delete")
        }
        try await deleteReference(tag.name, expecting: tag.objectID)
    }

    /// Moves a reference, if it still is where the caller read it; `expecting` `nil` means that it must not exist yet.
    ///
    /// With a reason, its reflog has the move. A reference to a tag should have none: `git gc` takes what reflogs name
    /// for commits, and complains. Throws `alreadyExists` when somebody else moved it.
    package func updateReference(
        _ name: String,
        to id: GitObjectID,
        expecting old: GitObjectID?,
        reason: String?
    ) async throws(GitError) {
        guard GitReferenceName.isValid(name) else { throw GitError(.invalidName(name), command: "git update-ref") }
        let expected = old?.hex ?? String(repeating: "0", count: id.hex.utf8.count)
        let log: [GitArgument] = reason.map { ["--create-reflog", "-m", GitArgument($0)] } ?? []
        let arguments: [GitArgument] = [GitArgument(name), GitArgument(id), GitArgument(expected)]
        try await program.run(["update-ref"] + log + arguments)
    }

    /// Deletes a reference, if it still is where the caller read it; throws `alreadyExists` when somebody moved it.
    package func deleteReference(_ name: String, expecting old: GitObjectID) async throws(GitError) {
        guard GitReferenceName.isValid(name) else { throw GitError(.invalidName(name), command: "git update-ref") }
        try await program.run(["update-ref", "-d", GitArgument(name), GitArgument(old)])
    }
}
