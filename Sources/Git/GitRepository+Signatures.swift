package import SystemPackage

/// Who made a signature that is good.
package enum GitSigner: Sendable, Hashable {
    /// An SSH key, with whom it stands for in the allowed-signers file.
    case ssh(principal: String)
    /// An OpenPGP key, by its fingerprint and its primary key's, in capital hexadecimal digits.
    case openPGP(fingerprints: [String])
}

extension GitRepository {
    /// Returns who signed a tag object, or a commit, well; `nil` for no signature, a bad one, or an SSH key that the
    /// file does not list.
    ///
    /// OpenPGP keys are the user's own to know; that a signature is good says nothing about whom to believe.
    package func signer(
        of id: GitObjectID,
        _ kind: GitObjectKind,
        allowedSigners file: FilePath
    ) async throws(GitError) -> GitSigner? {
        let output = try await program.run(
            [
                "-c", GitArgument(bytes: Array("gpg.ssh.allowedSignersFile=\(file.string)".utf8)),
                kind == .tag ? "verify-tag" : "verify-commit", "--raw", GitArgument(id),
            ],
            accepting: [0, 1]
        )
        guard output.exitCode == 0 else { return nil }
        for line in output.message.split(separator: "\n") {
            // Good "git" signature for PRINCIPAL with ED25519 key SHA256:…
            let start = #"Good "git" signature for "#
            if line.hasPrefix(start) {
                let words = line.dropFirst(start.count).split(separator: " ")
                // A principal may have blanks, and what follows it has four words.
                return .ssh(principal: words.dropLast(4).joined(separator: " "))
            }
        }
        return GitSigner(status: output.message)
    }
}

extension GitSigner {
    /// Reads GnuPG's machine-readable status of a verification; `nil` where it says of no valid signature.
    init?(status: String) {
        for line in status.split(separator: "\n") {
            // gnupg's doc/DETAILS: the fingerprint first, the primary key's last.
            let words = line.split(separator: " ")
            guard words.count > 2, words[0] == "[GNUPG:]", words[1] == "VALIDSIG", let last = words.last else {
                continue
            }
            self = .openPGP(fingerprints: [String(words[2]), String(last)])
            return
        }
        return nil
    }
}
