import Transport

/// The user that a URL names in front of its host.
struct URLUser {
    /// The user's name.
    let name: String
    /// Whether a password stands behind it.
    let hasPassword: Bool

    /// Reads the user of a URL; `nil` where it names none.
    init?(of url: String) {
        let authority = url.drop { $0 != ":" }.dropFirst(3).prefix { !"/?#".contains($0) }
        guard let end = authority.lastIndex(of: "@") else { return nil }
        let name = authority[..<end].prefix { $0 != ":" }
        guard !name.isEmpty, let decoded = PercentEncoding.decoded(name) else { return nil }
        self.name = decoded
        hasPassword = authority[..<end].contains(":")
    }
}
