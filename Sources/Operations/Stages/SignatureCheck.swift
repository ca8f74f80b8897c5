import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

/// Finds out whether somebody whom the repository lists signed a version.
struct SignatureCheck {
    let workspace: Workspace
    /// The commit whose list counts; HEAD's, where none is given.
    var signersCommit: GitObjectID?

    /// Returns whether a version's tag, or a commit that is no version, is signed by a listed signer, and by whom.
    func finding(of candidate: GateCheck.Candidate) async throws -> (isGood: Bool, text: String) {
        let (id, kind): (GitObjectID, GitObjectKind)
        switch candidate {
        case .version(let version):
            if let problem = version.problem { return (false, "the tag cannot be relied on: \(problem)") }
            guard let annotation = version.annotation, annotation.isSigned else {
                return (false, "the tag is not signed")
            }
            (id, kind) = (annotation.id, .tag)
        case .commit(let commit, _):
            guard try await workspace.repository.objects.commit(commit).isSigned else {
                return (false, "the commit is not signed")
            }
            (id, kind) = (commit, .commit)
        }
        let signers = try await allowedSigners
        guard !signers.isEmpty else { return (false, "\(AllowedSigners.path) lists nobody") }
        switch try await signer(of: id, kind, among: signers) {
        case .ssh(let principal): return (true, "by \(principal)")
        case .openPGP(let fingerprints):
            guard let listed = fingerprints.first(where: signers.fingerprints.contains) else {
                return (false, "OpenPGP key \(fingerprints.last ?? "") is not listed in \(AllowedSigners.path)")
            }
            return (true, "by OpenPGP key \(listed)")
        case nil: return (false, "the signature is bad, or of somebody whom \(AllowedSigners.path) does not list")
        }
    }

    private var allowedSigners: AllowedSigners {
        get async throws {
            let objects = workspace.repository.objects
            let head = try await objects.head().commit
            guard let commit = signersCommit ?? head else { return AllowedSigners(parsing: nil) }
            let path = GitPath(AllowedSigners.path)
            return AllowedSigners(
                parsing: try await objects.file(at: path, in: commit, limit: AllowedSigners.byteLimit)
            )
        }
    }

    /// Returns who signed; OpenSSH reads the list from a file, which is nowhere in the repository: that may be somebody
    /// else's, and not to be written to.
    private func signer(
        of id: GitObjectID,
        _ kind: GitObjectKind,
        among signers: AllowedSigners
    ) async throws -> GitSigner? {
        let scratch = try TemporaryDirectory(in: workspace.context.temporaryDirectory)
        defer { extendLifetime(scratch) }
        let file = scratch.path.appending("allowed-signers")
        try DurableFile.write(signers.lines, to: file, durable: false)
        return try await workspace.repository.signer(of: id, kind, allowedSigners: file)
    }
}
