import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

extension Workspace {
    /// What one repository wants gone another may need.
    func requireSoleUser(to work: String) throws {
        guard let other = try otherUsers().first else { return }
        let own = ShellWord.quoted(modelDirectory.appending("store").string)
        throw Failure(
            .failed,
            "cannot \(work) in \(storePath): the repository \(other) uses this store, too",
            hints: [
                "see who uses it: `git model store show`",
                "give this repository its own: `git model store use \(own)`",
            ]
        )
    }

    /// Frames that lie elsewhere cannot be encoded anew here, nor counted on.
    func requireNoAlternates(_ store: LocalStore, to work: String) throws {
        guard let alternate = store.alternateRoots.first else { return }
        let word = ShellWord.quoted(alternate.string)
        throw Failure(
            .failed,
            "cannot \(work) in \(store.root): the store reads from \(alternate), too",
            hints: ["take over what is needed from there: `git model store alternate --remove \(word)`"]
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
                hints: ["do it where the store is a directory, on the machine that serves it, while nobody pushes"]
            )
        }
        try requireReachable(remote)
        if !isDryRun { try requireAgreement(to: remote) }
        if try Workspace.hasTombs(directory) {
            throw Failure(
                .failed,
                "cannot \(work) in remote \(remote.name): packs in it are on their way out",
                hints: ["let them go first, which may take a day: `git model gc --remote \(remote.name)`"]
            )
        }
        return directory
    }

    /// Whether packs of the store in a directory are on their way out.
    static func hasTombs(_ directory: FilePath) throws -> Bool {
        let tombs = directory.appending("tomb")
        return try FileStatus.of(tombs) != nil && !DirectoryEntry.all(in: tombs).isEmpty
    }
}
