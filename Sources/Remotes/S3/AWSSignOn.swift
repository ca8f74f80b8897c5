import Codec
import ModelCore
import SystemIO
import SystemPackage
import Transport

/// Keys for a role of IAM Identity Center, with the token that `aws sso login` left in `~/.aws/sso/cache`.
struct AWSSignOn: CredentialSource {
    let profile: String
    /// The members of the profile.
    let values: [String: String]
    /// The section `sso-session` that the profile names, if any, by its name.
    let session: (name: String, values: [String: String])?
    let home: FilePath
    let transport: HTTPTransport
    /// The service that stands for Amazon's portal, if any.
    let endpoint: HTTPAddress?
    let now: @Sendable () -> Int64

    var name: String { "single sign-on of profile \(profile)" }

    func find() async -> CredentialFinding<AWSCredentials> {
        guard let account = values["sso_account_id"], let role = values["sso_role_name"] else {
            return .none("it has no sso_account_id and sso_role_name")
        }
        guard let start = session?.values["sso_start_url"] ?? values["sso_start_url"],
            let region = session?.values["sso_region"] ?? values["sso_region"]
        else { return .failed("it has no sso_start_url and sso_region") }
        guard AWSRegion.isName(region) else { return .failed("its sso_region '\(region)' is no name of a region") }
        let login = "type `aws sso login --profile \(profile)`"
        let key = SHA1.hex(of: Array((session?.name ?? start).utf8))
        let cache = home.appending(".aws/sso/cache").appending(key + ".json")
        let document: AWSKeyDocument
        do {
            guard try FileStatus.of(cache, followingLinks: true) != nil else {
                return .failed("nobody has signed on: \(login)")
            }
            guard let parsed = AWSKeyDocument(try DurableFile.read(cache, limit: 1 << 20)) else {
                return .failed("\(cache) is no JSON: \(login)")
            }
            document = parsed
        } catch { return .failed("\(error)") }
        guard let token = document["accessToken"],
            let expiry = document["expiresAt"].flatMap(CivilDate.secondsSince1970), expiry > now() / 1_000_000_000
        else { return .failed("the sign-on has expired: \(login)") }
        return await keys(account, role, region, token, login)
    }

    private func keys(
        _ account: String,
        _ role: String,
        _ region: String,
        _ token: String,
        _ login: String
    ) async -> CredentialFinding<AWSCredentials> {
        let origin = endpoint?.origin ?? "https://portal.sso.\(region).amazonaws.com"
        let query = "role_name=\(PercentEncoding.encoded(role))&account_id=\(PercentEncoding.encoded(account))"
        let request = HTTPRequest(
            .get,
            "\(origin)/federation/credentials?\(query)",
            fields: ["x-amz-sso_bearer_token": token]
        )
        let response: HTTPResponse
        do { response = try await transport.send(request) } catch { return .failed("\(origin): \(error)") }
        if response.status == 401 { return .failed("the sign-on is not valid any more: \(login)") }
        guard response.isSuccess, let keys = AWSKeyDocument(response.bytes)?.document("roleCredentials"),
            let accessKey = keys["accessKeyId"], let secretKey = keys["secretAccessKey"]
        else { return .failed("\(origin) gives no keys for role \(role) (status \(response.status))") }
        return .found(
            AWSCredentials(
                accessKey: accessKey,
                secretKey: secretKey,
                sessionToken: keys["sessionToken"],
                expiry: keys.integer("expiration").map { $0 * 1_000_000 }
            )
        )
    }
}
