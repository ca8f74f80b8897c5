import Codec
import ModelCore
import Transport

/// Amazon's Security Token Service, which gives keys for roles (API version 2011-06-15).
struct SecurityTokenService: Sendable {
    let transport: HTTPTransport
    let region: String
    /// The service that stands for Amazon's, if any.
    let endpoint: HTTPAddress?
    let now: @Sendable () -> Int64

    /// Asks for keys by an action and its parameters, signed with `keys` where the action wants that.
    func credentials(
        _ action: String,
        _ parameters: [(name: String, value: String)],
        signedWith keys: AWSCredentials?
    ) async -> CredentialFinding<AWSCredentials> {
        let all = [("Action", action), ("Version", "2011-06-15")] + parameters.map { ($0.name, $0.value) }
        let form = Array(all.map { "\($0)=\(PercentEncoding.encoded($1))" }.joined(separator: "&").utf8)
        let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        let origin = endpoint?.origin ?? "https://sts.\(region).\(domain)"
        var request = HTTPRequest(
            .post,
            origin + "/",
            fields: ["Content-Type": "application/x-www-form-urlencoded"],
            body: .bytes(form)
        )
        if let keys {
            let signature = SignatureV4(credentials: keys, region: region, service: "sts")
            request = signature.signed(request, contentDigest: SHA256.digest(of: form), time: now())
        }
        let response: HTTPResponse
        do { response = try await transport.send(request) } catch { return .failed("\(origin): \(error)") }
        var fields: [String: String] = [:]
        for element in XMLElements(response.text) {
            fields[element.path.split(separator: "/").last.map(String.init) ?? ""] = element.text
        }
        guard response.isSuccess, let accessKey = fields["AccessKeyId"], let secretKey = fields["SecretAccessKey"]
        else {
            let reason = [fields["Code"], fields["Message"]].compactMap { $0 }.joined(separator: ": ")
            return .failed("\(origin) says no to \(action): \(reason.isEmpty ? "status \(response.status)" : reason)")
        }
        return .found(
            AWSCredentials(
                accessKey: accessKey,
                secretKey: secretKey,
                sessionToken: fields["SessionToken"],
                expiry: fields["Expiration"].flatMap(CivilDate.secondsSince1970).map { $0 * 1_000_000_000 }
            )
        )
    }
}
