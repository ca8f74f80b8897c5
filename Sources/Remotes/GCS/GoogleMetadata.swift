import ModelCore
import Transport

/// A token of the service account of the machine that this is, from the metadata server next to it.
struct GoogleMetadata: CredentialSource {
    private static let host = "metadata.google.internal"
    private static let path = "/computeMetadata/v1/instance/service-accounts/default/token"
    /// Without it, and with what proxies add, the server does not answer.
    private static let fields: HTTPFields = ["Metadata-Flavor": "Google"]

    let environment: [String: String]
    /// A transport that gives up soon: most machines are none of Google's, and there nobody answers.
    let transport: HTTPTransport
    let now: @Sendable () -> Int64

    var name: String { "Google's metadata server" }

    func find() async -> CredentialFinding<GoogleToken> {
        if environment["NO_GCE_CHECK"]?.lowercased() == "true" { return .none("NO_GCE_CHECK is true") }
        let host = environment.nonempty("GCE_METADATA_HOST") ?? GoogleMetadata.host
        let request = HTTPRequest(.get, "http://" + host + GoogleMetadata.path, fields: GoogleMetadata.fields)
        let response: HTTPResponse
        do { response = try await transport.send(request) } catch { return .none("nobody answers at \(host)") }
        // Whoever answers every name, as some networks do, does not say this.
        guard response.fields["Metadata-Flavor"] == "Google" else { return .none("\(host) is none of Google's") }
        let members = (try? JSONValue(parsing: response.bytes))?.object ?? [:]
        guard response.isSuccess, let text = members["access_token"]?.string else {
            return .none("this machine has no service account (status \(response.status))")
        }
        let seconds = members["expires_in"]?.integer ?? 0
        return .found(
            GoogleToken(
                text: text,
                owner: "this machine's service account",
                expiry: now() + min(max(seconds, 0), 1 << 31) * 1_000_000_000
            )
        )
    }
}
