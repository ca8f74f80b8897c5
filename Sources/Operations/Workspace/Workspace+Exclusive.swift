import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

extension Workspace {
    /// A store that was put elsewhere may serve other repositories, whose pointers nobody knows here.
    func requireOwnStore(to work: String) throws {
        guard configuration.storePath != nil else { return }
        throw Failure(
            .failed,
            "cannot \(work) in \(storePath): other repositories may use this store",
            hints: ["see what this repository does not need: `git model gc --dry-run`"]
        )
    }

    /// Nothing is deleted from a store that is damaged: what looks dead may be what mends it.
    func requireSound(_ store: LocalStore) async throws {
        let check = StoreCheck(store, pool: pool, cancellation: context.cancellation)
        let findings = try await check.run(.structure, mending: false)
        guard let finding = findings.first(where: { $0.severity != .untidy }) else { return }
        throw Failure(
            finding.severity == .damaged ? .verification : .failed,
            "nothing was deleted: \(finding.path): \(finding.problem)",
            hints: finding.severity == .damaged
                ? ["mend it first: `git model fsck --repair`"] : ["install a newer git-model"]
        )
    }

    /// Returns the directory of a remote from which packs may be taken away, or says why it is not.
    func requireLockable(_ remote: ConfiguredRemote, to work: String, isDryRun: Bool) throws -> FilePath {
        guard let directory = remote.store.remote.lockableDirectory else {
            throw Failure(
                .failed,
                "cannot \(work) in remote \(remote.name): only a directory can be locked against everybody else",
                hints: ["do it where the store is a directory, on the machine that serves it"]
            )
        }
        try requireReachable(remote)
        if !isDryRun { try requireAgreement(to: remote) }
        let tombs = directory.appending("tomb")
        if try FileStatus.of(tombs) != nil, try !DirectoryEntry.all(in: tombs).isEmpty {
            throw Failure(
                .failed,
                "cannot \(work) in remote \(remote.name): packs in it are on their way out",
                hints: ["send what they held again: `git model push --all`, then delete the packs that \(tombs) names"]
            )
        }
        return directory
    }
}
