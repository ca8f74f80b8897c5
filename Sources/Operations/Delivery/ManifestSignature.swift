import Git
import Registry
import SystemIO
import SystemPackage

/// Signs version manifests, and finds out who did.
struct ManifestSignature {
    private let context: Context
    /// A directory for what is of no use afterwards.
    private let scratch: FilePath

    /// Creates a value that keeps its files in a directory of its own inside `scratch`.
    init(in context: Context, scratch: FilePath) {
        self.context = context
        self.scratch = scratch
    }

    /// Returns the manifest with a signature by the key that signs tags.
    func signed(_ manifest: VersionManifest, by git: GitProgram) async throws -> VersionManifest {
        do {
            let key = try await git.signingKey()
            let bytes = manifest.signedBytes
            var signed = manifest
            signed.signature = try await running { try GitDetachedSignature(of: bytes, by: key, $0) }.text
            return signed
        } catch let error as GitError {
            throw Failure(
                nil,
                "cannot sign the manifest of \(manifest.version)",
                hints: ["name your key: `git config user.signingKey`, with `gpg.format ssh` for one of OpenSSH's"],
                cause: error
            )
        }
    }

    /// Returns who signed a manifest; throws `Failure` unless a file of allowed signers lists them.
    func signer(of manifest: VersionManifest, allowedBy path: String) async throws -> String {
        let file = context.workingDirectory.pushing(FilePath(path))
        let signers = AllowedSigners(parsing: try DurableFile.read(file, limit: Int(AllowedSigners.byteLimit)))
        func refused(_ why: String) -> Failure {
            Failure(.verification, "the manifest of \(manifest.version) \(why)")
        }
        guard let text = manifest.signature else { throw refused("is not signed") }
        guard let signature = GitDetachedSignature(text) else { throw refused("has no signature that is known here") }
        let signer: GitSigner?
        do {
            signer = try await running { programs in
                let lines = programs.scratch.appending("signers")
                try DurableFile.write(signers.lines, to: lines, durable: false)
                return try signature.signer(of: manifest.signedBytes, allowedSigners: lines, programs)
            }
        } catch let refusal as GitDetachedSignature.Refusal {
            throw refused("is signed by OpenPGP key \(refusal.key), which \(refusal.clause)")
        }
        switch signer {
        case .ssh(let principal): return principal
        case .openPGP(let fingerprints):
            guard let listed = fingerprints.first(where: signers.fingerprints.contains) else {
                throw refused("is signed by OpenPGP key \(fingerprints.last ?? ""), which \(path) does not list")
            }
            return "OpenPGP key \(listed)"
        case nil:
            throw refused("was changed since it was signed, or is signed by somebody whom \(path) does not list")
        }
    }

    private func running<Value: Sendable>(
        _ body: @escaping @Sendable (GitDetachedSignature.Programs) throws -> Value
    ) async throws -> Value {
        let (context, scratch) = (context, scratch)
        return try await WorkerPool.shared.run {
            let directory = try TemporaryDirectory(in: scratch)
            let programs = GitDetachedSignature.Programs(
                environment: context.environment,
                mayAskUser: context.hasTerminal,
                cancellation: context.cancellation,
                scratch: directory.path
            )
            return try body(programs)
        }
    }
}
