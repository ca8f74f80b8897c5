import SystemIO
import SystemPackage
import Transport

/// What the environment and the shared files of this machine say of Amazon's services.
struct AWSSettings: Sendable {
    private let environment: [String: String]
    private let profiles: AWSProfiles
    private let profile: String

    /// Reads the shared files.
    init(environment: [String: String]) throws(IOError) {
        self.environment = environment
        profiles = try AWSProfiles(environment: environment)
        profile = environment.nonempty("AWS_PROFILE") ?? environment.nonempty("AWS_DEFAULT_PROFILE") ?? "default"
    }

    private var values: [String: String]? { profiles.profiles[profile] }

    /// The region; Amazon's first one where nothing says which.
    var region: String {
        environment.nonempty("AWS_REGION") ?? environment.nonempty("AWS_DEFAULT_REGION") ?? values?["region"]
            ?? "us-east-1"
    }

    /// The service that stands for Amazon's S3, if any.
    var endpoint: HTTPAddress? {
        if environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() == "true" { return nil }
        let services = values?["services"].flatMap { profiles.others["services \($0)"] }
        let text =
            environment.nonempty("AWS_ENDPOINT_URL_S3") ?? environment.nonempty("AWS_ENDPOINT_URL")
            ?? services?["s3.endpoint_url"] ?? values?["s3.endpoint_url"] ?? values?["endpoint_url"]
        return text.flatMap(HTTPAddress.init)
    }

    /// The places for keys, in the order in which they are tried.
    func sources() -> [any AWSCredentialSource] {
        let files = profiles.files.map { $0.path.string + ($0.isThere ? "" : " (missing)") }.joined(separator: " and ")
        let isChosen = environment.nonempty("AWS_PROFILE") != nil
        return [
            AWSEnvironment(environment: environment),
            AWSProfileKeys(profile: profile, values: values, isChosen: isChosen, files: files),
        ]
    }
}
