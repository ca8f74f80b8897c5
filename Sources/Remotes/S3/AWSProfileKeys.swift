/// Keys that stand in a profile of the shared files.
struct AWSProfileKeys: CredentialSource {
    let profile: String
    let values: [String: String]?
    /// Whether the user chose the profile, which must be there then.
    let isChosen: Bool
    /// The files that were read, for messages.
    let files: String

    var name: String { "profile \(profile) of \(files)" }

    func find() async -> CredentialFinding<AWSCredentials> {
        guard let values else {
            return isChosen ? .failed("there is no such profile") : .none("there is no such profile")
        }
        guard let accessKey = values["aws_access_key_id"] else { return .none("it has no aws_access_key_id") }
        guard let secretKey = values["aws_secret_access_key"] else {
            return .failed("it has aws_access_key_id, but no aws_secret_access_key")
        }
        let token = values["aws_session_token"]
        return .found(AWSCredentials(accessKey: accessKey, secretKey: secretKey, sessionToken: token))
    }
}
