import Registry
import Remotes
import SystemIO
import SystemPackage

extension Context {
    /// Returns what somebody agrees to who agrees to a URL: an absolute path in its one spelling, a relative one taken
    /// from `base`; a URL that this version cannot use stays as it is.
    func agreedURL(_ text: String, from base: FilePath) -> String {
        (try? RemoteURL(parsing: expandingHome(text), relativeTo: base).text) ?? text
    }

    /// Returns the remote of a URL, a relative path taken from `base`; keys go only to where the user agreed to.
    func remote(at text: String, from base: FilePath) throws -> any Remote {
        let url = try RemoteURL(parsing: expandingHome(text), relativeTo: base)
        return try opening(in: base, with: nil).remote(at: url, sendsCredentials: agrees(to: text, from: base))
    }

    /// What makes remotes of URLs, as a configuration has it; Git is asked for logins in a directory.
    func opening(in directory: FilePath, with configuration: Configuration?) throws -> RemoteOpening {
        RemoteOpening(
            environment: environment,
            ssh: SSHSettings(
                environment: environment,
                configuredCommand: configuration?.sshCommand,
                mayAskUser: hasTerminal
            ),
            credentials: GitCredentials(in: directory, self),
            pool: .shared,
            cancellation: cancellation,
            bytesPerSecond: try configuration?.transferRate(),
            now: now
        )
    }

    /// Whether the user of this machine agreed to a URL, a relative path taken from `base`, for good or for this
    /// invocation; `meaning` tells what a URL stands for.
    func agrees(to text: String, from base: FilePath, meaning: (String) -> String = { $0 }) throws -> Bool {
        let url = agreedURL(meaning(text), from: base)
        // What is typed behind --trust is taken from where the user stands, as all paths of the command line are.
        if trustedURLs.contains(where: { agreedURL(meaning($0), from: workingDirectory) == url }) { return true }
        return try TrustStore(environment: environment)?.contains(url) ?? false
    }

    /// Returns a path with the user's home in place of `~`.
    func expandingHome(_ text: String) -> String {
        guard text == "~" || text.hasPrefix("~/"), let home = environment["HOME"] else { return text }
        return home + text.dropFirst()
    }
}
