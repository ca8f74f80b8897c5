import Codec
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
        let signer = try await workspace.repository.signer(of: id, kind, allowedSigners: try file(of: signers))
        switch signer {
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

    /// Keeps the lines where OpenSSH can read them, by a name that their bytes decide: another list is another file.
    private func file(of signers: AllowedSigners) throws -> FilePath {
        let digest = SHA256.digest(of: signers.lines).hex.prefix(16)
        let path = workspace.modelDirectory.appending("allowed-signers-\(digest)")
        if try FileStatus.of(path) == nil { try DurableFile.write(signers.lines, to: path, durable: false) }
        return path
    }
}
