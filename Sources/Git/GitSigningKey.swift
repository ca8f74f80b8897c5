/// The key that Git signs tags with, as its configuration says.
package struct GitSigningKey: Sendable, Hashable {
    /// What sort of signature it makes.
    package enum Format: Sendable, Hashable {
        case openPGP
        case ssh
    }

    /// What sort of signature it makes.
    let format: Format
    /// The program that signs: a name, or a path.
    let program: String
    /// The key: a file's path, an OpenSSH public key, or what GnuPG knows it by.
    let name: String

    /// The key itself where it is no file: what Git takes for an OpenSSH public key.
    var literal: String? {
        guard format == .ssh else { return nil }
        if name.hasPrefix("key::") { return String(name.dropFirst("key::".count)) }
        return name.hasPrefix("ssh-") ? name : nil
    }
}

extension GitProgram {
    /// Returns the key that `git tag --sign` would use; throws `failed` where there is none, and for X.509.
    package func signingKey() async throws(GitError) -> GitSigningKey {
        switch try await setting("gpg.format") ?? "openpgp" {
        case "ssh":
            let program = try await setting("gpg.ssh.program") ?? "ssh-keygen"
            guard let key = try await setting("user.signingKey") else {
                throw unable("there is no user.signingKey, which OpenSSH needs")
            }
            return GitSigningKey(format: .ssh, program: program, name: key)
        case "openpgp":
            let own = try await setting("gpg.openpgp.program")
            let program = if let own { own } else { try await setting("gpg.program") ?? "gpg" }
            if let key = try await setting("user.signingKey") {
                return GitSigningKey(format: .openPGP, program: program, name: key)
            }
            // What stands behind the address is the time.
            let identity = try await run(["var", "GIT_COMMITTER_IDENT"]).line
            guard let end = identity.lastIndex(of: ">") else { throw unable("git does not say who commits") }
            return GitSigningKey(format: .openPGP, program: program, name: String(identity[...end]))
        case let other: throw unable("gpg.format is \(other), and only openpgp and ssh are known here")
        }
    }

    /// Reads a setting in which `~/` may stand for the home directory; an empty one counts as none.
    private func setting(_ name: String) async throws(GitError) -> String? {
        let output = try await run(["config", "--type=path", "--get", GitArgument(name)], accepting: [0, 1])
        return output.exitCode == 0 && !output.line.isEmpty ? output.line : nil
    }

    private func unable(_ why: String) -> GitError { GitError(.failed, command: "git config", message: why) }
}
