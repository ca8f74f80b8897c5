/// A token that somebody put into the variable by which `gcloud` takes one.
struct GoogleEnvironmentToken: CredentialSource {
    private static let variable = "CLOUDSDK_AUTH_ACCESS_TOKEN"

    let environment: [String: String]

    var name: String { GoogleEnvironmentToken.variable }

    func find() async -> CredentialFinding<GoogleToken> {
        guard let token = environment.nonempty(name) else { return .none("it is not set") }
        return .found(GoogleToken(text: token, owner: "the environment", expiry: nil))
    }
}
