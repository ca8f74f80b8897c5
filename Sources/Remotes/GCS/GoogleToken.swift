/// An access token for Google's services.
struct GoogleToken: ExpiringKeys {
    let text: String
    /// Whose it is, as far as that is known.
    let owner: String
    let expiry: Int64?
    /// The project that requests are charged to, where the user chose one.
    var quotaProject: String?

    var label: String { "a token of \(owner)" }
}
