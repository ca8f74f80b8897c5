import Git
import Remotes
import SystemPackage

/// Logins that Git's credential helpers have, or whoever Git asks.
struct GitCredentials: CredentialHelper {
    private let program: GitProgram

    /// Asks Git as somebody would who stands in `directory`; on a terminal, the user may be asked.
    init(in directory: FilePath, _ context: Context) {
        var environment = context.environment
        if !context.hasTerminal { environment["GIT_TERMINAL_PROMPT"] = "0" }
        program = GitProgram(directory: directory, environment: environment)
    }

    func login(for url: String) async -> WebLogin? {
        // What a helper that does not work has is nothing.
        guard let found = try? await program.credential(for: url) else { return nil }
        return WebLogin(url: found.url, username: found.username, password: found.password)
    }

    func note(_ login: WebLogin, isAccepted: Bool) async {
        let credential = GitCredential(url: login.url, username: login.username, password: login.password)
        // A helper that does not work is no reason not to go on.
        if isAccepted { try? await program.approve(credential) } else { try? await program.reject(credential) }
    }
}
