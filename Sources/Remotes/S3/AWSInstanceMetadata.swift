import Transport

/// Keys of the role of the EC2 instance that this machine is ("Instance Metadata Service Version 2").
struct AWSInstanceMetadata: CredentialSource {
    private static let service = "http://169.254.169.254"
    private static let roles = "/latest/meta-data/iam/security-credentials/"

    let environment: [String: String]
    /// A transport that gives up soon: most machines are none of Amazon's, and there nobody answers.
    let transport: HTTPTransport

    var name: String { "the EC2 metadata service" }

    func find() async -> CredentialFinding<AWSCredentials> {
        if environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() == "true" {
            return .none("AWS_EC2_METADATA_DISABLED is true")
        }
        let named = environment.nonempty("AWS_EC2_METADATA_SERVICE_ENDPOINT")
        guard let service = HTTPAddress(named ?? AWSInstanceMetadata.service)?.origin else {
            return .failed("AWS_EC2_METADATA_SERVICE_ENDPOINT is no URL")
        }
        let token: HTTPResponse
        do {
            let lifetime: HTTPFields = ["X-aws-ec2-metadata-token-ttl-seconds": "21600"]
            token = try await transport.send(HTTPRequest(.put, service + "/latest/api/token", fields: lifetime))
        } catch {
            return .none("nobody answers at \(service)")
        }
        guard token.isSuccess else { return .none("\(service) gives no token (status \(token.status))") }
        do {
            let fields: HTTPFields = ["X-aws-ec2-metadata-token": token.text.trimmed]
            let roles = try await transport.send(HTTPRequest(.get, service + AWSInstanceMetadata.roles, fields: fields))
            let role = roles.text.prefix { !$0.isNewline }.trimmed
            guard roles.isSuccess, !role.isEmpty else { return .none("this instance has no role") }
            let url = service + AWSInstanceMetadata.roles + PercentEncoding.encoded(role)
            let keys = try await transport.send(HTTPRequest(.get, url, fields: fields))
            guard keys.isSuccess, let found = AWSKeyDocument(keys.bytes)?.credentials(token: "Token") else {
                return .failed("it gives no keys for role \(role) (status \(keys.status))")
            }
            return .found(found)
        } catch { return .failed("\(error)") }
    }
}
