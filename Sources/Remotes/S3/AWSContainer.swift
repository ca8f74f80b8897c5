import SystemIO
import SystemPackage
import Transport

/// Keys from the agent beside a container: of ECS, of EKS, or another that the environment names ("Container credential
/// provider").
struct AWSContainer: CredentialSource {
    private static let service = "http://169.254.170.2"
    /// The hosts that may be asked without TLS, besides loopback.
    private static let plainHosts: Set<String> = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"]

    let environment: [String: String]
    let transport: HTTPTransport

    var name: String { "the container's agent" }

    func find() async -> CredentialFinding<AWSCredentials> {
        let url: String
        if let path = environment.nonempty("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            url = AWSContainer.service + path
        } else if let whole = environment.nonempty("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            url = whole
        } else {
            return .none("neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set")
        }
        guard let address = HTTPAddress(url), AWSContainer.isTrusted(address) else {
            return .failed("\(url) is neither an https: URL nor one of this machine")
        }
        var request = HTTPRequest(.get, url)
        do {
            request.fields["Authorization"] = try token()
            let response = try await transport.send(request)
            guard response.isSuccess else { return .failed("\(address.origin) answers with status \(response.status)") }
            guard let keys = AWSKeyDocument(response.bytes)?.credentials(token: "Token") else {
                return .failed("\(address.origin) answers with no keys")
            }
            return .found(keys)
        } catch { return .failed("\(error)") }
    }

    private func token() throws(IOError) -> String? {
        guard let file = environment.nonempty("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") else {
            return environment.nonempty("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        }
        return String(decoding: try DurableFile.read(FilePath(file), limit: 1 << 20), as: UTF8.self).trimmed
    }

    private static func isTrusted(_ address: HTTPAddress) -> Bool {
        address.isSecure || plainHosts.contains(address.host) || address.host.hasPrefix("127.")
            || ["localhost", "::1"].contains(address.host)
    }
}
