import Git
import ModelCore
import Registry
import Remotes
import SystemIO
import SystemPackage

extension Workspace {
    /// Adds a remote to `.mver/config`, with this user's agreement to its URL; with `isForced`, in place of one of that name.
    ///
    /// A relative path counts from the top of the repository. Whoever adds a remote agrees to it.
    func addRemote(_ name: String, url: String, isForced: Bool) async throws {
        // Only a URL that this version can use may enter a file that everybody shares.
        _ = try remote(name, url: url)
        try await changingRemotes {
            try await RemoteSettings(repository).add(name, url: url, existing: isForced ? .replace : .refuse)
        }
        if let trust = TrustStore(environment: context.environment) { try trust.add(url) }
    }

    /// Runs a change of the remotes, and says what helps where it is refused.
    func changingRemotes(_ change: () async throws -> Void) async throws {
        do { try await change() } catch let error as RemoteSettingsError {
            switch error {
            case .exists(let name, _):
                throw Failure(.failed, "\(error)", hints: ["change it: `git model remote add --force \(name) URL`"])
            case .unknown(let name):
                throw configuration.url(ofRemote: name) == nil
                    ? unknownRemote(name)
                    : Failure(
                        .failed,
                        "remote \(name) is not in \(Configuration.path), but in Git's own configuration",
                        hints: ["remove it there: `git config --remove-section git-model.remote.\(name)`"]
                    )
            case .password:
                throw Failure(
                    .usage,
                    "\(error)",
                    hints: ["leave it out: git-credential(1) or the environment gives it"]
                )
            case .invalidName, .invalidURL: throw Failure(.usage, "\(error)")
            case .noWorkTree: throw Failure(.failed, "\(error)")
            }
        }
    }

    /// The failure of naming a remote that is not configured.
    func unknownRemote(_ name: String) -> Failure {
        Failure(.failed, "there is no remote '\(name)'", hints: ["see which there are: `git model remote list`"])
    }

    /// Whether the user of this machine agreed to a URL, for good or for this invocation.
    func agrees(to url: String) throws -> Bool {
        if context.trustedURLs.contains(url) { return true }
        return try TrustStore(environment: context.environment)?.contains(url) ?? false
    }
}
