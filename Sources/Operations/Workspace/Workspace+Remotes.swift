import Git
import Registry
import Remotes

extension Workspace {
    /// Adds a remote to `.mver/config`, with this user's agreement to its URL; with `isForced`, in place of one of that name.
    ///
    /// A relative path counts from the top of the repository. Whoever adds a remote agrees to it.
    func addRemote(_ name: String, url: String, isForced: Bool) async throws {
        // Only a URL that this version can use may enter a file that everybody shares.
        _ = try remote(name, url: url)
        try await RemoteSettings(repository).add(name, url: url, existing: isForced ? .replace : .refuse)
        if let trust = TrustStore(environment: context.environment) { try trust.add(url) }
    }

    /// Returns the URL of a remote, or says that there is none of that name.
    func url(ofRemote name: String) throws -> String {
        guard let url = configuration.url(ofRemote: name) else {
            throw Failure(
                .failed,
                "there is no remote '\(name)'",
                hints: ["see which there are: `git model remote list`"]
            )
        }
        return url
    }

    /// Whether the user of this machine agreed to a URL, for good or for this invocation.
    func agrees(to url: String) throws -> Bool {
        if context.trustedURLs.contains(url) { return true }
        return try TrustStore(environment: context.environment)?.contains(url) ?? false
    }
}
