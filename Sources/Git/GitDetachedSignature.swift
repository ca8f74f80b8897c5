package import SystemIO
package import SystemPackage

/// A signature beside bytes, as Git makes it of tags: by OpenSSH in the namespace `git`, or by OpenPGP.
package struct GitDetachedSignature: Sendable {
    /// The most bytes that a signature may have.
    private static let byteLimit = 1 << 20
    private static let namespace = "git"
    private static let sshStart = "-----BEGIN SSH SIGNATURE-----"

    /// The signature, as text in armour.
    package let text: String

    /// How programs are started that make and check signatures.
    package struct Programs: Sendable {
        /// What they get of an environment, which has `PATH`.
        package let environment: [String: String]
        /// Whether they may ask for a passphrase by the terminal.
        package let mayAskUser: Bool
        /// What ends them.
        package let cancellation: Cancellation
        /// A directory for files that are of no use afterwards, which nobody else can read.
        package let scratch: FilePath

        /// Creates the settings.
        package init(
            environment: [String: String],
            mayAskUser: Bool,
            cancellation: Cancellation,
            scratch: FilePath
        ) {
            self.environment = environment
            self.mayAskUser = mayAskUser
            self.cancellation = cancellation
            self.scratch = scratch
        }

        /// Runs a program, found through `PATH` unless it is a path, and returns what it said.
        fileprivate func run(_ name: String, _ arguments: [String], input: [UInt8] = []) throws -> ProgramAnswer {
            guard let program = ExecutableSearch(path: environment["PATH"]).path(of: name) else {
                throw GitError(.failed, command: name, message: "there is no such program in PATH")
            }
            return try ProgramAnswer(
                of: program,
                [name] + arguments,
                environment: environment.merging(["LC_ALL": "C"]) { $1 },
                input: input,
                mayAskUser: mayAskUser,
                cancellation: cancellation
            )
        }

        fileprivate func keep(_ bytes: some Sequence<UInt8>, as name: String) throws -> FilePath {
            let path = scratch.appending(name)
            try DurableFile.write(Array(bytes), to: path, permissions: 0o600, durable: false)
            return path
        }
    }

    /// A signature that fits the bytes, and does not count.
    package struct Refusal: Error, Sendable {
        /// The key's fingerprint, or the end of it.
        package let key: String
        /// What became of the key, as a clause without its subject.
        package let clause: String
    }

    /// Takes over a signature that somebody else made; `nil` for what is none.
    package init?(_ text: String) {
        guard text.utf8.count <= GitDetachedSignature.byteLimit, text.hasPrefix("-----BEGIN ") else { return nil }
        self.text = text
    }

    /// Signs bytes with a key as Git spells keys: for OpenSSH a file or the public key itself, for OpenPGP what GnuPG
    /// knows it by.
    ///
    /// Blocks. Throws `GitError` when the program is not there or does not sign.
    package init(of bytes: [UInt8], by key: GitSigningKey, _ programs: Programs) throws {
        let answer: ProgramAnswer
        var signature: [UInt8]
        switch key.format {
        case .openPGP:
            answer = try programs.run(key.program, ["-bsau", key.name], input: bytes)
            signature = answer.output
        case .ssh:
            let file = try programs.keep(bytes, as: "signed")
            let literal = try key.literal.map { try programs.keep(Array($0.utf8), as: "key").string }
            let words = ["-Y", "sign", "-n", GitDetachedSignature.namespace, "-f", literal ?? key.name, file.string]
            answer = try programs.run(key.program, words)
            let place = FilePath(file.string + ".sig")
            let isThere = try answer.exitCode == 0 && FileStatus.of(place) != nil
            signature = isThere ? try DurableFile.read(place, limit: GitDetachedSignature.byteLimit) : []
        }
        signature.removeAll { $0 == UInt8(ascii: "\r") }
        guard answer.exitCode == 0, let made = GitDetachedSignature(String(decoding: signature, as: UTF8.self)) else {
            throw GitError(.failed, command: key.program, message: "it does not sign: \(answer.failure)")
        }
        self = made
    }

    /// Returns who signed these bytes well; `nil` for a bad signature, or an SSH key that the file does not list.
    ///
    /// Blocks; needs no Git. Whom to believe of OpenPGP's keys is the caller's to know. Throws `Refusal` for one of
    /// these that was revoked or has expired.
    package func signer(of bytes: [UInt8], allowedSigners file: FilePath, _ programs: Programs) throws -> GitSigner? {
        let signature = try programs.keep(text.utf8, as: "signature")
        guard text.hasPrefix(GitDetachedSignature.sshStart) else {
            return try openPGPSigner(of: bytes, signature, programs)
        }
        let who = ["-Y", "find-principals", "-f", file.string, "-s", signature.string]
        let found = try programs.run("ssh-keygen", who)
        guard found.exitCode == 0 else { return nil }
        for principal in String(decoding: found.output, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let words = [
                "-Y", "verify", "-n", GitDetachedSignature.namespace, "-f", file.string, "-I", String(principal), "-s",
                signature.string,
            ]
            if try programs.run("ssh-keygen", words, input: bytes).exitCode == 0 {
                return .ssh(principal: String(principal))
            }
        }
        return nil
    }

    private func openPGPSigner(of bytes: [UInt8], _ file: FilePath, _ programs: Programs) throws -> GitSigner? {
        let answer = try programs.run("gpg", ["--status-fd=1", "--verify", file.string, "-"], input: bytes)
        let lines = String(decoding: answer.output, as: UTF8.self).split(separator: "\n")
        // `VALIDSIG` is said of revoked and expired keys, too, with success (GnuPG, doc/DETAILS).
        for (word, clause) in [("REVKEYSIG", "was revoked"), ("EXPKEYSIG", "has expired")] {
            guard let line = lines.first(where: { $0.hasPrefix("[GNUPG:] \(word) ") }) else { continue }
            throw Refusal(key: String(line.split(separator: " ").dropFirst(2).first ?? ""), clause: clause)
        }
        // Of several signatures in one file, what is said of one would count for the others.
        let isOne = ["GOODSIG", "VALIDSIG"].allSatisfy { word in
            lines.count { $0.hasPrefix("[GNUPG:] \(word) ") } == 1
        }
        guard answer.exitCode == 0, isOne else { return nil }
        return GitSigner(status: lines.joined(separator: "\n"))
    }
}
