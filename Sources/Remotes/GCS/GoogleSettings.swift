import SystemPackage
import Transport

/// Where Google's tools look for who asks: "How Application Default Credentials works".
struct GoogleSettings: Sendable {
    let environment: [String: String]

    /// The service that stands for Google's in tests, which takes no token.
    var emulator: HTTPAddress? {
        environment.nonempty("STORAGE_EMULATOR_HOST").flatMap { host in
            HTTPAddress(host.contains("://") ? host : "http://" + host)
        }
    }

    /// Returns the places for tokens, in the order in which Google's tools try them.
    func sources(
        over transport: HTTPTransport,
        metadata: HTTPTransport,
        now: @escaping @Sendable () -> Int64
    ) -> [any CredentialSource<GoogleToken>] {
        let home = FilePath(environment["HOME"] ?? "/").appending(".config/gcloud")
        let gcloud = environment.nonempty("CLOUDSDK_CONFIG").map { FilePath($0) } ?? home
        let exchange = GoogleTokenExchange(transport: transport, now: now)
        return [
            GoogleEnvironmentToken(environment: environment),
            GoogleKeyFile(
                name: "GOOGLE_APPLICATION_CREDENTIALS",
                path: environment.nonempty("GOOGLE_APPLICATION_CREDENTIALS").map { FilePath($0) },
                isRequired: true,
                exchange: exchange
            ),
            GoogleKeyFile(
                name: "gcloud's application-default login",
                path: gcloud.appending("application_default_credentials.json"),
                isRequired: false,
                exchange: exchange
            ),
            GoogleMetadata(environment: environment, transport: metadata, now: now),
        ]
    }
}
