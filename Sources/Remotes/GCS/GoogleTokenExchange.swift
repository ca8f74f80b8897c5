import Codec
import ModelCore
import Transport

/// Gives access tokens for what proves who asks (RFC 6749, section 6, and RFC 7523, section 2.1).
struct GoogleTokenExchange: Sendable {
    /// Google's service, where a file names no other.
    static let service = "https://oauth2.googleapis.com/token"
    private static let scope = "https://www.googleapis.com/auth/devstorage.read_write"
    /// How long an assertion is good for, in s.
    private static let lifetime: Int64 = 3600

    let transport: HTTPTransport
    let now: @Sendable () -> Int64

    func token(for account: GoogleServiceAccount) async -> CredentialFinding<GoogleToken> {
        let seconds = now() / 1_000_000_000
        var header: [String: JSONValue] = ["alg": .string("RS256"), "typ": .string("JWT")]
        header["kid"] = account.keyID.map { .string($0) }
        let claims: [String: JSONValue] = [
            "iss": .string(account.address), "scope": .string(GoogleTokenExchange.scope),
            "aud": .string(account.tokenURL), "iat": JSONValue(seconds),
            "exp": JSONValue(seconds + GoogleTokenExchange.lifetime),
        ]
        let text = [header, claims].map { JSONValue.object($0).encoded.base64URL }.joined(separator: ".")
        guard let signature = RSASignature.signature(of: Array(text.utf8), key: account.key) else {
            return .failed("the key of \(account.address) is no RSA key in PEM")
        }
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", text + "." + signature.base64URL),
        ]
        return await token(form, from: account.tokenURL, owner: account.address, quotaProject: nil)
    }

    func token(for user: GoogleUser) async -> CredentialFinding<GoogleToken> {
        let form = [
            ("grant_type", "refresh_token"), ("client_id", user.client), ("client_secret", user.secret),
            ("refresh_token", user.refreshToken),
        ]
        return await token(form, from: user.tokenURL, owner: "the user", quotaProject: user.quotaProject)
    }

    private func token(
        _ form: [(String, String)],
        from url: String,
        owner: String,
        quotaProject: String?
    ) async -> CredentialFinding<GoogleToken> {
        let body = form.map { "\($0)=\(PercentEncoding.encoded($1))" }.joined(separator: "&")
        let request = HTTPRequest(
            .post,
            url,
            fields: ["Content-Type": "application/x-www-form-urlencoded"],
            body: .bytes(Array(body.utf8))
        )
        let response: HTTPResponse
        do { response = try await transport.send(request) } catch { return .failed("\(url): \(error)") }
        let members = (try? JSONValue(parsing: response.bytes))?.object ?? [:]
        guard response.isSuccess, let text = members["access_token"]?.string else {
            let words = [members["error"]?.string, members["error_description"]?.string].compactMap { $0 }
            let reason = words.isEmpty ? "status \(response.status)" : words.joined(separator: ": ")
            return .failed("\(url) gives no token for \(owner): \(reason)")
        }
        let seconds = members["expires_in"]?.integer
        return .found(
            GoogleToken(
                text: text,
                owner: owner,
                expiry: seconds.map { now() + min(max($0, 0), 1 << 31) * 1_000_000_000 },
                quotaProject: quotaProject
            )
        )
    }
}

extension [UInt8] {
    /// The bytes in base64 for URLs, without padding (RFC 7515, section 2).
    fileprivate var base64URL: String {
        String(base64.compactMap { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 == "=" ? nil : $0 })
    }
}
