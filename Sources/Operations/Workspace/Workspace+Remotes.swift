import Git
import Registry
import Remotes

extension Workspace {
    /// Writes a remote into the tracked configuration, and notes that the user of this machine agrees to its URL.
    func addRemote(_ name: String, url: String, isForced: Bool) async throws {
        _ = try RemoteURL(parsing: url, relativeTo: root)
        try await RemoteSettings(repository).add(name, url: url, existing: isForced ? .replace : .refuse)
        if let trust = TrustStore(environment: context.environment) { try trust.add(url) }
    }
}
