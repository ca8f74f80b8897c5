import Registry
import Remotes
import SystemPackage

extension Context {
    /// Runs a verb; where a remote denies it access, the error says how to see what that one lets this user do.
    package func explainingDenial<Answer>(_ verb: () async throws -> Answer) async throws -> Answer {
        do { return try await verb() } catch {
            guard let url = Context.remote(denying: error), let name = await name(ofRemoteAt: url) else { throw error }
            throw HintedError(error, hints: ["see what the remote lets you do: `git model remote check \(name)`"])
        }
    }

    /// Runs a verb; where a remote fails that nobody on this machine agreed to, so that it was not asked as it could
    /// be, the error says so.
    package func explainingAgreement<Answer>(_ verb: () async throws -> Answer) async throws -> Answer {
        do { return try await verb() } catch {
            let hints = await agreementHints(Context.failures(in: error))
            guard !hints.isEmpty else { throw error }
            throw HintedError(error, hints: hints)
        }
    }

    private func agreementHints(_ failures: [RemoteError]) async -> [String] {
        var hints: [String] = []
        for failure in failures {
            guard let url = Context.remote(wantingAgreement: failure), await !isAgreed(url) else { continue }
            let isHidden = url.hasSuffix(RemoteURL.hiddenQuery)
            let hint =
                isHidden
                ? "agree to its use, where you have not: `git model trust` lists the URLs"
                : "agree to its use: `\(Trust.line(url))`"
            if !hints.contains(hint) { hints.append(hint) }
        }
        return hints
    }

    /// Whether the user agreed to a URL as messages show it.
    private func isAgreed(_ shown: String) async -> Bool {
        if (try? agrees(to: shown, from: workingDirectory)) == true { return true }
        guard let workspace = try? await Workspace.discover(in: self, bare: true) else { return false }
        return workspace.configuration.remotes.contains { remote in
            RemoteURL.shown(workspace.agreedURL(remote.url)) == shown && (try? workspace.agrees(to: remote.url)) == true
        }
    }

    /// The URL of the remote that failed, where that may be for want of agreement: only then logins, keys and programs
    /// are used for it.
    private static func remote(wantingAgreement error: RemoteError) -> String? {
        let (url, isDenied): (String, Bool)
        switch error {
        case .denied(let remote, _, _, _): (url, isDenied) = (remote, true)
        case .unreachable(let remote, _): (url, isDenied) = (remote, false)
        default: return nil
        }
        switch try? RemoteURL(parsing: url, relativeTo: "/") {
        case .rclone, .web, .lfs: return url
        case .s3, .gcs: return isDenied && url.contains("?endpoint=") ? url : nil
        default: return nil
        }
    }

    /// The URL of the remote that denied access, where that is what an error says.
    private static func remote(denying error: any Error) -> String? {
        for case .denied(let url, _, _, _) in failures(in: error) { return url }
        return nil
    }

    /// What remotes said that made a verb fail.
    private static func failures(in error: any Error) -> [RemoteError] {
        switch error {
        case let error as RemoteError: [error]
        case let failure as Failure: failure.cause.map(failures(in:)) ?? []
        case let hinted as HintedError: failures(in: hinted.error)
        case let all as RemotesFailure: all.failures.flatMap { failures(in: $0.error) }
        default: []
        }
    }

    /// What this repository calls the remote at a URL in its one spelling; `nil` where it has none there.
    private func name(ofRemoteAt url: String) async -> String? {
        guard let workspace = try? await Workspace.discover(in: self, bare: true) else { return nil }
        return workspace.configuration.remotes.first { workspace.agreedURL($0.url) == url }?.name
    }
}
