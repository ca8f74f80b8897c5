import Remotes

/// A credential helper that has some logins, one after the other, and notes what became of them.
actor ListedLogins: CredentialHelper {
    private var logins: [WebLogin]
    private(set) var notes: [String] = []
    private(set) var asked: [String] = []

    init(_ logins: [WebLogin]) { self.logins = logins }

    func login(for url: String) async -> WebLogin? {
        asked.append(url)
        return logins.isEmpty ? nil : logins.removeFirst()
    }

    func note(_ login: WebLogin, isAccepted: Bool) async {
        notes.append("\(login.password) \(isAccepted ? "accepted" : "refused")")
    }
}
