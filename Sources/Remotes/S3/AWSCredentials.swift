/// A pair of keys that signs requests, and the token of the session that they are good for.
struct AWSCredentials: ExpiringKeys {
    let accessKey: String
    let secretKey: String
    let sessionToken: String?
    /// When they end, in ns since 1970; `nil` where that is not known.
    let expiry: Int64?

    init(accessKey: String, secretKey: String, sessionToken: String? = nil, expiry: Int64? = nil) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
        self.expiry = expiry
    }

    var label: String { "key \(accessKey)" }
}
