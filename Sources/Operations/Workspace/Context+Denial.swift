import Registry
import Remotes

extension Context {
    /// Runs a verb; where a remote denies it access, the error says how to see what that one lets this user do.
    package func explainingDenial<Answer>(_ verb: () async throws -> Answer) async throws -> Answer {
        do { return try await verb() } catch {
            guard let url = Context.remote(denying: error), let name = await name(ofRemoteAt: url) else { throw error }
            throw HintedError(error, hints: ["see what the remote lets you do: `git model remote check \(name)`"])
        }
    }

    /// The URL of the remote that denied access, where that is what an error says.
    private static func remote(denying error: any Error) -> String? {
        switch error {
        case RemoteError.denied(let url, _, _, _): url
        case let failure as Failure: failure.cause.flatMap(remote(denying:))
        default: nil
        }
    }

    /// What this repository calls the remote at a URL in its one spelling; `nil` where it has none there.
    private func name(ofRemoteAt url: String) async -> String? {
        guard let workspace = try? await Workspace.discover(in: self, bare: true) else { return nil }
        return workspace.configuration.remotes.first { workspace.agreedURL($0.url) == url }?.name
    }
}
