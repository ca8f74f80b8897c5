/// Keys for the role that a profile names, asked for with the keys of another source ("Assume role credential
/// provider").
struct AWSAssumedRole: CredentialSource {
    let profile: String
    let role: String
    /// The other members of the profile: `external_id`, `role_session_name`, `duration_seconds`, `mfa_serial`.
    let values: [String: String]
    /// What may have the keys to ask with, in order.
    let sources: [any CredentialSource<AWSCredentials>]
    let service: SecurityTokenService

    var name: String { "role \(role) of profile \(profile)" }

    func find() async -> CredentialFinding<AWSCredentials> {
        if values["mfa_serial"] != nil {
            return .failed(
                "it wants a code of a device (mfa_serial): get a session with `aws sts get-session-token` and export its keys"
            )
        }
        var tried: [String] = []
        for source in sources {
            switch await source.find() {
            case .found(let keys): return await assume(with: keys)
            case .failed(let why): return .failed("\(source.name): \(why)")
            case .none(let why): tried.append("\(source.name): \(why)")
            }
        }
        return .failed("there are no keys to ask for it with (\(tried.joined(separator: "; ")))")
    }

    private func assume(with keys: AWSCredentials) async -> CredentialFinding<AWSCredentials> {
        var parameters = [("RoleArn", role), ("RoleSessionName", values["role_session_name"] ?? "git-model")]
        if let id = values["external_id"] { parameters.append(("ExternalId", id)) }
        if let seconds = values["duration_seconds"] { parameters.append(("DurationSeconds", seconds)) }
        return await service.credentials("AssumeRole", parameters.map { (name: $0.0, value: $0.1) }, signedWith: keys)
    }
}
