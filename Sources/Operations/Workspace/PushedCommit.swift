import Git
import ModelCore
import Registry
import Store

/// A commit that needs objects of a remote, and a reference that leads to it.
struct PushedCommit: Sendable {
    /// The full name of the reference.
    let reference: String
    /// The commit.
    let id: GitObjectID
}

extension Workspace {
    /// Returns a root that keeps objects alive in a remote for what is checked out, or, where that is no commit, for
    /// `version`; `nil` where no object needs one.
    ///
    /// Refuses where there is neither: collection would take what was just pushed.
    func root(naming oids: some Collection<Digest>, or version: PushedCommit? = nil) async throws -> RootRecord? {
        guard let commit = try await checkedOutCommit() ?? version else {
            guard !oids.isEmpty else { return nil }
            throw Failure(
                .failed,
                "nothing would keep the bytes in the remote: no commit is checked out that needs them",
                hints: ["commit first: `git commit`"]
            )
        }
        let repository = try await rootIdentity()
        let root = RootRecord(
            repository: repository,
            reference: commit.reference,
            commit: commit.id.hex,
            oids: oids
        )
        guard let root else {
            throw Failure(.failed, "\(repository.debugDescription) has a line break, which no root can have")
        }
        return root
    }

    /// Returns the commit of a version that a selection means, where no commit is checked out.
    func commit(of selection: TransferSelection) async throws -> PushedCommit? {
        guard try await repository.objects.head().commit == nil else { return nil }
        guard let first = selection.versions.first else {
            guard selection.isEveryTag || selection.isEverything, let last = try await versions().last else {
                return nil
            }
            return PushedCommit(reference: last.tag.reference, id: last.commit)
        }
        let found = try await resolve(first)
        return PushedCommit(reference: found.version?.tag.reference ?? first, id: found.commit)
    }

    private func checkedOutCommit() async throws -> PushedCommit? {
        guard let head = try await repository.objects.resolve("HEAD") else { return nil }
        let branch = try await repository.program.run(["symbolic-ref", "-q", "HEAD"], accepting: [0, 1]).line
        return PushedCommit(reference: branch.isEmpty ? "HEAD" : branch, id: head)
    }
}
