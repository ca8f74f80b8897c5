import SystemIO
import SystemPackage
import Transport

/// What the environment and the shared files of this machine say of Amazon's services.
struct AWSSettings: Sendable {
    private let environment: [String: String]
    private let profiles: AWSProfiles
    private let profile: String
    /// The region; Amazon's first one where nothing says which.
    let region: String

    /// Reads the shared files for a remote; that what they or the environment call a region is none is an error.
    init(environment: [String: String], for remote: String) throws(RemoteError) {
        self.environment = environment
        do { profiles = try AWSProfiles(environment: environment) } catch { throw .io(remote, error) }
        profile = environment.nonempty("AWS_PROFILE") ?? environment.nonempty("AWS_DEFAULT_PROFILE") ?? "default"
        let places = [
            ("AWS_REGION", environment.nonempty("AWS_REGION")),
            ("AWS_DEFAULT_REGION", environment.nonempty("AWS_DEFAULT_REGION")),
            ("region of profile \(profile)", profiles.profiles[profile]?.nonempty("region")),
        ]
        guard let (place, name) = places.first(where: { $0.1 != nil }), let name else {
            region = "us-east-1"
            return
        }
        guard AWSRegion.isName(name) else {
            throw .unusableURL(remote, reason: "\(place) is '\(name)', which is no name of a region")
        }
        region = name
    }

    private var values: [String: String]? { profiles.profiles[profile] }

    /// Returns what stands for one of Amazon's services, if anything: `s3`, `sts` or `sso`.
    func endpoint(of service: String) -> HTTPAddress? {
        if environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() == "true" { return nil }
        let services = values?["services"].flatMap { profiles.others["services \($0)"] }
        let text =
            environment.nonempty("AWS_ENDPOINT_URL_" + service.uppercased())
            ?? environment.nonempty("AWS_ENDPOINT_URL") ?? services?["\(service).endpoint_url"]
            ?? values?["\(service).endpoint_url"] ?? values?["endpoint_url"]
        return text.flatMap(HTTPAddress.init)
    }

    /// Returns the places for keys, in the order in which Amazon's tools try them.
    ///
    /// `metadata` is the transport to what is on this machine or next to it; `programs` says how programs are run that
    /// print keys.
    func sources(
        over transport: HTTPTransport,
        metadata: HTTPTransport,
        programs: ShellPrograms,
        now: @escaping @Sendable () -> Int64
    ) -> [any CredentialSource<AWSCredentials>] {
        let services = Services(transport: transport, metadata: metadata, programs: programs, now: now)
        return [AWSEnvironment(environment: environment)] + sources(of: profile, services, asking: [])
            + [
                AWSContainer(environment: environment, transport: metadata),
                AWSInstanceMetadata(environment: environment, transport: metadata),
            ]
    }

    /// What sources ask others with.
    private struct Services {
        let transport: HTTPTransport
        let metadata: HTTPTransport
        let programs: ShellPrograms
        let now: @Sendable () -> Int64
    }

    /// Returns the places for keys that a profile names; `asking` are the profiles whose roles wait for them.
    private func sources(
        of profile: String,
        _ services: Services,
        asking: Set<String>
    ) -> [any CredentialSource<AWSCredentials>] {
        let values = profiles.profiles[profile]
        var sources: [any CredentialSource<AWSCredentials>] = []
        let tokens = SecurityTokenService(
            transport: services.transport,
            region: region,
            endpoint: endpoint(of: "sts"),
            now: services.now
        )
        // A profile may ask with its own keys.
        if let values, let role = values["role_arn"], !asking.contains(profile),
            let others = sourcesToAsk(profile, values, services, asking: asking.union([profile]))
        {
            let source = AWSAssumedRole(profile: profile, role: role, values: values, sources: others, service: tokens)
            sources.append(source)
        }
        if asking.isEmpty { sources.append(webIdentity(profile, values, tokens)) }
        let session = values?["sso_session"]
        let signOn = AWSSignOn(
            profile: profile,
            values: values ?? [:],
            session: session.map { ($0, profiles.others["sso-session \($0)"] ?? [:]) },
            home: FilePath(environment["HOME"] ?? "/"),
            transport: services.transport,
            endpoint: endpoint(of: "sso"),
            now: services.now
        )
        let isChosen = environment.nonempty("AWS_PROFILE") != nil || !asking.isEmpty
        let command = values?["credential_process"]
        return sources + [
            signOn, AWSProfileKeys(profile: profile, values: values, isChosen: isChosen, files: files),
            AWSProcess(profile: profile, command: command, environment: environment, programs: services.programs),
        ]
    }

    private func sourcesToAsk(
        _ profile: String,
        _ values: [String: String],
        _ services: Services,
        asking: Set<String>
    ) -> [any CredentialSource<AWSCredentials>]? {
        if let source = values["source_profile"] { return sources(of: source, services, asking: asking) }
        switch values["credential_source"] {
        case "Environment": return [AWSEnvironment(environment: environment)]
        case "EcsContainer": return [AWSContainer(environment: environment, transport: services.metadata)]
        case "Ec2InstanceMetadata":
            return [AWSInstanceMetadata(environment: environment, transport: services.metadata)]
        default: return nil
        }
    }

    private func webIdentity(
        _ profile: String,
        _ values: [String: String]?,
        _ tokens: SecurityTokenService
    ) -> AWSWebIdentity {
        if let file = environment.nonempty("AWS_WEB_IDENTITY_TOKEN_FILE") {
            return AWSWebIdentity(
                place: "the environment",
                tokenFile: file,
                role: environment.nonempty("AWS_ROLE_ARN"),
                session: environment.nonempty("AWS_ROLE_SESSION_NAME"),
                service: tokens
            )
        }
        return AWSWebIdentity(
            place: "profile \(profile)",
            tokenFile: values?["web_identity_token_file"],
            role: values?["role_arn"],
            session: values?["role_session_name"],
            service: tokens
        )
    }

    private var files: String {
        profiles.files.map { $0.path.string + ($0.isThere ? "" : " (missing)") }.joined(separator: " and ")
    }
}
