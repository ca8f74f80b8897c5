import ModelCore
import Transport

/// A name and a password for a web server.
package struct WebLogin: Hashable, Sendable {
    /// The URL that they are for, as Git's credential helpers were asked.
    package let url: String
    /// The user's name.
    package let username: String
    /// The password, or a token.
    package let password: String

    /// Creates a login.
    package init(url: String, username: String, password: String) {
        self.url = url
        self.username = username
        self.password = password
    }

    /// The value of the field `Authorization` (RFC 7617).
    var authorization: String { "Basic " + "\(username):\(password)".base64 }
}

/// Git's credential helpers, and whoever Git asks where they have nothing; whoever conforms runs Git.
package protocol CredentialHelper: Sendable {
    /// Returns a login for a URL; `nil` where nobody has one.
    func login(for url: String) async -> WebLogin?
    /// Has a login kept that was accepted, or forgotten that was not.
    func note(_ login: WebLogin, isAccepted: Bool) async
}
