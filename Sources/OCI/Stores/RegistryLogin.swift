import ModelCore

/// How a user logs in to a registry.
package enum RegistryLogin: Sendable, Hashable {
    /// By name and password.
    case password(user: String, password: String)
    /// By a token that others are given for (OAuth 2).
    case identityToken(String)

    /// The value of `Authorization` for a name and password; `nil` for a token.
    var basic: String? {
        guard case .password(let user, let password) = self else { return nil }
        return "Basic " + "\(user):\(password)".base64
    }
}
