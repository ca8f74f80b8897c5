import ModelCore
package import SystemPackage

/// Why Git, the library or the program, could not do what was asked.
package struct GitError: Error, Sendable, Equatable {
    /// What went wrong, for the caller to tell cases apart.
    package enum Kind: Sendable, Equatable {
        /// The directory is in no repository.
        case notARepository(FilePath)
        /// Somebody else owns the repository and `safe.directory` does not name it; Git refuses to touch it.
        case unsafeOwnership(FilePath)
        /// No reference, or nothing that the revision could mean.
        case referenceNotFound(String)
        /// The revision means several things.
        case ambiguous(String)
        /// The object is not in the repository.
        case objectNotFound(GitObjectID)
        /// The object has more bytes than the caller accepts.
        case objectTooLarge(GitObjectID, byteCount: Int64, limit: Int64)
        /// The object is of another kind than the caller asked for.
        case wrongObjectKind(GitObjectID, GitObjectKind)
        /// The object's bytes do not follow Git's format.
        case corruptObject(GitObjectID)
        /// A reference of that name exists, or moved since it was read.
        case alreadyExists
        /// A checkout would lose changes of this file, which Git does not have.
        case wouldOverwrite(String)
        /// The name breaks the rules of `git check-ref-format`, or of configuration keys.
        case invalidName(String)
        /// Another process holds one of Git's lock files.
        case locked
        /// The remote did not accept the credentials.
        case authenticationFailed
        /// The remote could not be reached.
        case unreachable
        /// The program is older than 2.39.
        case tooOld(GitVersion)
        /// There is no program of that name.
        case notInstalled(String)
        /// The caller was cancelled.
        case cancelled
        /// The program printed more than the caller accepts.
        case tooMuchOutput
        /// The program printed what it should never print.
        case unexpectedOutput
        /// Anything else; the message says more.
        case failed
    }

    /// What went wrong.
    package let kind: Kind
    /// The command as a person would type it, or libgit2's function.
    package let command: String
    /// The program's exit code, 128 + N for signal N; `nil` where none ran to its end.
    package let exitCode: Int32?
    /// The last lines that Git wrote to standard error, or libgit2's message.
    package let message: String

    package init(_ kind: Kind, command: String, exitCode: Int32? = nil, message: String = "") {
        self.kind = kind
        self.command = command
        self.exitCode = exitCode
        self.message = message
    }

    /// The lock file that another process holds, where Git names it.
    package var lockFile: FilePath? {
        guard kind == .locked else { return nil }
        return message.split(separator: "'").first { $0.hasSuffix(".lock") }.map { FilePath(String($0)) }
    }

    /// The command that mends it, where one does.
    package var remedy: String? {
        switch kind {
        case .unsafeOwnership(let path): "git config --global --add safe.directory \(ShellWord.quoted(path.string))"
        default: nil
        }
    }
}

extension GitError: CustomStringConvertible {
    /// One line: what failed on which object; Git's own words follow where they say more.
    package var description: String {
        switch kind {
        case .notARepository(let path): "\(path) is not in a Git repository"
        case .unsafeOwnership(let path): "the repository at \(path) belongs to another user"
        case .referenceNotFound(let name): "nothing is named \(name)"
        case .ambiguous(let name): "\(name) is ambiguous"
        case .objectNotFound(let id): "object \(id) is not in the repository"
        case .objectTooLarge(let id, let count, let limit): "object \(id) has \(count) bytes, more than \(limit)"
        case .wrongObjectKind(let id, let kind): "object \(id) is a \(kind.rawValue)"
        case .corruptObject(let id): "object \(id) is damaged"
        case .invalidName(let name): "\(name) is not a valid name"
        case .wouldOverwrite(let file): "\(file) has changes that are in no commit"
        case .tooOld(let version): "git \(version) is older than \(GitVersion.minimum)"
        case .notInstalled(let name): "there is no program \(name)"
        case .cancelled: "\(command) was cancelled"
        case .tooMuchOutput: "\(command) printed too much"
        case .unexpectedOutput: "\(command) printed something unexpected"
        case .locked: lockFile.map { "\($0) exists: another Git command is at work in this repository" } ?? failure
        case .alreadyExists, .authenticationFailed, .unreachable, .failed: failure
        }
    }

    private var failure: String {
        let exit = exitCode.map { " (exit code \($0))" } ?? ""
        return "\(command) failed\(exit)" + (message.isEmpty ? "" : ": \(message)")
    }
}
