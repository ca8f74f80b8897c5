import SystemIO
import SystemPackage
import TestSupport
import Testing
import Transport

@testable import Remotes

@Suite("Keys for Amazon's services")
struct AWSCredentialTests {
    /// 2026-01-01T00:00:00Z, in ns.
    private static let now: Int64 = 1_767_225_600_000_000_000

    private let scratch: Scratch
    private let cancellation = Cancellation()

    init() throws { scratch = try Scratch() }

    private func write(_ text: String, to file: String) throws -> String {
        let path = scratch.path.appending(file)
        try Directories.create(path.removingLastComponent(), durable: false)
        try DurableFile.write(Array(text.utf8), to: path, durable: false)
        return path.string
    }

    private func chain(_ variables: [String: String], config: String = "") throws -> CredentialChain<AWSCredentials> {
        if !config.isEmpty { _ = try write(config, to: ".aws/config") }
        let home = ["HOME": scratch.path.string, "PATH": "/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED": "true"]
        let environment = home.merging(variables) { _, given in given }
        let settings = try AWSSettings(environment: environment, for: "r")
        let transport = HTTPTransport(TransportSettings(), pool: Machine.pool, cancellation: Cancellation())
        let sources = settings.sources(
            over: transport,
            metadata: transport,
            programs: ShellPrograms(mayAskUser: false, pool: Machine.pool, cancellation: cancellation),
            now: { AWSCredentialTests.now }
        )
        return CredentialChain<AWSCredentials>(sources, now: { AWSCredentialTests.now })
    }

    private func key(_ variables: [String: String], config: String = "") async throws -> String? {
        try await chain(variables, config: config).credentials(for: "r")?.accessKey
    }

    private func reason(_ variables: [String: String], config: String = "") async throws -> String {
        let chain = try chain(variables, config: config)
        let error = await #expect(throws: RemoteError.self) { try await chain.credentials(for: "r") }
        guard case .denied(_, _, let reason, let tried) = error else { return "\(String(describing: error))" }
        #expect(tried.last.map { "\($0.source): \($0.outcome)" } == reason)
        return reason
    }

    // MARK: The order

    @Test func `without any keys every place is named, in order`() async throws {
        let chain = try chain([:])
        #expect(try await chain.credentials(for: "r") == nil)
        #expect(
            await chain.attempts.map { $0.source.prefix { $0 != "/" } } == [
                "the environment", "web identity of profile default", "single sign-on of profile default",
                "profile default of ", "credential_process of profile default", "the container's agent",
                "the EC2 metadata service",
            ]
        )
    }

    @Test func `the environment comes first, then the files`() async throws {
        let files = "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = s\ncredential_process = false\n"
        let variables = ["AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "s"]
        #expect(try await key(variables, config: files) == "AKIDENV")
        #expect(try await key([:], config: files) == "AKIDFILE")
    }

    @Test func `a profile that was chosen has to be there`() async throws {
        #expect(try await reason(["AWS_PROFILE": "other"]).contains("there is no such profile"))
        #expect(try await reason(["AWS_ACCESS_KEY_ID": "A"]).contains("AWS_SECRET_ACCESS_KEY is not"))
    }

    // MARK: Programs

    @Test func `a program prints keys`() async throws {
        let file = try write(
            #"{"Version": 1, "AccessKeyId": "AKIDPROC", "SecretAccessKey": "s", "SessionToken": "t"}"#,
            to: "out"
        )
        let chain = try chain([:], config: "[default]\ncredential_process = cat \(file)\n")
        let keys = try #require(try await chain.credentials(for: "r"))
        #expect(keys.accessKey == "AKIDPROC")
        #expect(keys.sessionToken == "t")
        #expect(keys.expiry == nil)
    }

    @Test(arguments: [
        "false", "echo no JSON", "echo '{\"Version\": 2, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"s\"}'",
    ])
    func `a program that prints none is named`(command: String) async throws {
        let reason = try await reason([:], config: "[default]\ncredential_process = \(command)\n")
        #expect(reason.hasPrefix("credential_process of profile default: "))
    }

    @Test func `what a program complains of is told`() async throws {
        let config = "[default]\ncredential_process = echo first >&2; echo no card >&2; exit 3\n"
        #expect(try await reason([:], config: config).hasSuffix("it ended with exit code 3: no card"))
    }

    @Test func `a program that reads or goes on for ever is not waited for`() async throws {
        #expect(try await reason([:], config: "[default]\ncredential_process = cat\n").contains("prints no keys"))
        let endless = "[default]\ncredential_process = yes\n"
        #expect(try await reason([:], config: endless).contains("prints more than"))
        cancellation.cancel()
        let waiting = "[default]\ncredential_process = sleep 1000\n"
        #expect(try await reason([:], config: waiting).contains("interrupted"))
    }

    // MARK: Roles

    @Test func `a role is assumed with the keys of another profile`() async throws {
        let server = try await StorageServer.moto.value
        let config = """
            [profile work]
            role_arn = arn:aws:iam::123456789012:role/reader
            source_profile = base
            external_id = 7
            [profile base]
            aws_access_key_id = AKIDBASE
            aws_secret_access_key = s
            """
        let variables = ["AWS_PROFILE": "work", "AWS_ENDPOINT_URL_STS": server.process.origin]
        let keys = try #require(try await chain(variables, config: config).credentials(for: "r"))
        #expect(keys.accessKey.hasPrefix("ASIA"))
        #expect(keys.sessionToken != nil)
        #expect(keys.expiry != nil)
    }

    @Test func `a token of an identity provider is exchanged`() async throws {
        let server = try await StorageServer.moto.value
        let variables = [
            "AWS_WEB_IDENTITY_TOKEN_FILE": try write("token\n", to: "token"),
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/reader", "AWS_ENDPOINT_URL_STS": server.process.origin,
        ]
        #expect(try await key(variables)?.hasPrefix("ASIA") == true)
        #expect(try await reason(variables.merging(["AWS_ROLE_ARN": ""]) { $1 }).contains("no role ARN"))
        let missing = variables.merging(["AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere/token"]) { $1 }
        #expect(try await reason(missing).contains("/nowhere/token"))
    }

    @Test func `profiles that ask each other for keys end`() async throws {
        let config = """
            [profile a]
            role_arn = arn:a
            source_profile = b
            [profile b]
            role_arn = arn:b
            source_profile = a
            """
        #expect(try await reason(["AWS_PROFILE": "a"], config: config).contains("no keys to ask for it with"))
    }

    @Test func `a role whose source has no keys says what was tried`() async throws {
        let config = "[default]\nrole_arn = arn:a\ncredential_source = Environment\n"
        #expect(try await reason([:], config: config).contains("AWS_ACCESS_KEY_ID is not set"))
    }

    @Test func `a service that cannot be reached is named`() async throws {
        let variables = [
            "AWS_WEB_IDENTITY_TOKEN_FILE": try write("t", to: "token"), "AWS_ROLE_ARN": "arn:a",
            "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1",
        ]
        #expect(try await reason(variables).contains("127.0.0.1:1"))
    }

    // MARK: Regions

    @Test(arguments: [
        ("AWS_REGION", "evil.example/", "AWS_REGION is 'evil.example/'"),
        ("AWS_DEFAULT_REGION", "a@b", "AWS_DEFAULT_REGION is 'a@b'"),
        ("AWS_PROFILE", "odd", "region of profile odd is 'x.example#'"),
    ])
    func `what is no region is refused with its place, for it would name another host`(
        variable: String,
        value: String,
        reason: String
    ) {
        let config = "[profile odd]\nregion = x.example#\n"
        let error = #expect(throws: RemoteError.self) { try self.chain([variable: value], config: config) }
        #expect(error?.description == "cannot use remote r: \(reason), which is no name of a region")
    }

    @Test func `the region of the environment counts before the profile's, and Amazon's first where none is set`()
        throws
    {
        let config = try write("[default]\nregion = eu-west-1\n", to: ".aws/config")
        func region(_ variables: [String: String]) throws -> String {
            try AWSSettings(environment: variables.merging(["HOME": "/nowhere"]) { $1 }, for: "r").region
        }
        #expect(try region([:]) == "us-east-1")
        #expect(try region(["AWS_CONFIG_FILE": config]) == "eu-west-1")
        #expect(try region(["AWS_CONFIG_FILE": config, "AWS_DEFAULT_REGION": "auto"]) == "auto")
    }

    // MARK: Single sign-on

    @Test func `a sign-on gives the keys of a role`() async throws {
        let config = """
            [default]
            sso_session = corp
            sso_account_id = 123
            sso_role_name = Reader
            [sso-session corp]
            sso_start_url = https://corp.example.org/start
            sso_region = eu-west-1
            """
        let variables = ["AWS_ENDPOINT_URL_SSO": try await KeyServer.origin]
        #expect(try await reason(variables, config: config).contains("aws sso login --profile default"))
        // The name is the SHA-1 of "corp".
        let cache = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
        _ = try write(#"{"accessToken": "SIGNEDON", "expiresAt": "2026-06-01T00:00:00Z"}"#, to: cache)
        let keys = try #require(try await chain(variables, config: config).credentials(for: "r"))
        #expect(keys.accessKey == "AKIDSSO")
        #expect(keys.expiry == 1_893_456_000_000_000_000)
        _ = try write(#"{"accessToken": "SIGNEDON", "expiresAt": "2025-06-01T00:00:00Z"}"#, to: cache)
        #expect(try await reason(variables, config: config).contains("has expired"))
        _ = try write(#"{"accessToken": "OTHER", "expiresAt": "2026-06-01T00:00:00Z"}"#, to: cache)
        #expect(try await reason(variables, config: config).contains("not valid any more"))
        let elsewhere = config.replacing("sso_region = eu-west-1", with: "sso_region = x.example/")
        #expect(try await reason(variables, config: elsewhere).contains("'x.example/' is no name of a region"))
    }

    // MARK: Services nearby

    @Test func `a container's agent gives keys for its token`() async throws {
        let file = try write("Bearer x\n", to: "token")
        let url = try await KeyServer.origin + "/container"
        let variables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": file]
        let keys = try #require(try await chain(variables).credentials(for: "r"))
        #expect(keys.accessKey == "AKIDNEARBY")
        #expect(keys.sessionToken == "t")
        #expect(try await reason(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url]).contains("status 403"))
    }

    @Test func `no agent elsewhere is asked without TLS`() async throws {
        let variables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/keys"]
        #expect(try await reason(variables).contains("neither an https: URL nor one of this machine"))
    }

    @Test func `an instance has the keys of its role`() async throws {
        let variables = [
            "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": try await KeyServer.origin,
        ]
        #expect(try await key(variables) == "AKIDNEARBY")
    }

    @Test func `where no metadata service answers there are no keys`() async throws {
        let variables = ["AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"]
        #expect(try await key(variables) == nil)
    }
}
