/// Keys in the environment's variables.
struct AWSEnvironment: CredentialSource {
    let environment: [String: String]

    var name: String { "the environment" }

    func find() async -> CredentialFinding<AWSCredentials> {
        guard let accessKey = environment.nonempty("AWS_ACCESS_KEY_ID") else {
            return .none("AWS_ACCESS_KEY_ID is not set")
        }
        guard let secretKey = environment.nonempty("AWS_SECRET_ACCESS_KEY") else {
            return .failed("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not")
        }
        let token = environment.nonempty("AWS_SESSION_TOKEN")
        return .found(AWSCredentials(accessKey: accessKey, secretKey: secretKey, sessionToken: token))
    }
}

extension [String: String] {
    /// Returns the value of a variable that is set to something.
    func nonempty(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
}
