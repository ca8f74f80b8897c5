import Codec
import SystemIO
import SystemPackage
import TestSupport
import Testing
import Transport

@testable import Remotes

@Suite("Tokens for Google's services")
struct GoogleCredentialTests {
    /// 2026-01-01T00:00:00Z, in ns.
    private static let now: Int64 = 1_767_225_600_000_000_000

    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func write(_ text: String, to file: String) throws -> String {
        let path = scratch.path.appending(file)
        try Directories.create(path.removingLastComponent(), durable: false)
        try DurableFile.write(Array(text.utf8), to: path, durable: false)
        return path.string
    }

    private func chain(_ variables: [String: String]) -> CredentialChain<GoogleToken> {
        let home = ["HOME": scratch.path.string, "NO_GCE_CHECK": "true"]
        let settings = GoogleSettings(environment: home.merging(variables) { _, given in given })
        let transport = HTTPTransport(TransportSettings(), pool: Machine.pool, cancellation: Cancellation())
        let sources = settings.sources(over: transport, metadata: transport, now: { GoogleCredentialTests.now })
        return CredentialChain<GoogleToken>(sources, now: { GoogleCredentialTests.now })
    }

    private func reason(_ variables: [String: String]) async throws -> String {
        let chain = chain(variables)
        let error = await #expect(throws: RemoteError.self) { try await chain.credentials(for: "r") }
        guard case .denied(_, _, let reason, let tried) = error else { return "\(String(describing: error))" }
        #expect(tried.last.map { "\($0.source): \($0.outcome)" } == reason)
        return reason
    }

    @Test func `without any token every place is named, in order`() async throws {
        let chain = chain([:])
        #expect(try await chain.credentials(for: "r") == nil)
        #expect(
            await chain.attempts.map(\.source) == [
                "CLOUDSDK_AUTH_ACCESS_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS", "gcloud's application-default login",
                "Google's metadata server",
            ]
        )
    }

    @Test func `a token of the environment comes first`() async throws {
        let token = try await chain(["CLOUDSDK_AUTH_ACCESS_TOKEN": "T", "GOOGLE_APPLICATION_CREDENTIALS": "/none"])
            .credentials(for: "r")
        #expect(token?.text == "T")
    }

    @Test func `a service account signs for its token, a user shows theirs`() async throws {
        let server = try await GoogleKeyServer.shared.value
        let account = try server.serviceAccount()
        let file = try write(account, to: "key.json")
        let token = try #require(
            try await chain(["GOOGLE_APPLICATION_CREDENTIALS": file]).credentials(for: "r")
        )
        #expect(token.text == "signed")
        #expect(token.label == "a token of robot@example.org")
        #expect(token.expiry == GoogleCredentialTests.now + 3_599_000_000_000)
        let user = """
            {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r", "quota_project_id": "q",
            "token_uri": "\(server.origin)/token"}
            """
        _ = try write(user, to: ".config/gcloud/application_default_credentials.json")
        let other = try #require(try await chain([:]).credentials(for: "r"))
        #expect(other.text == "refreshed")
        #expect(other.quotaProject == "q")
    }

    @Test func `the machine's own account is asked last`() async throws {
        let server = try await GoogleKeyServer.shared.value
        let host = String(server.origin.dropFirst("http://".count))
        let chain = chain(["NO_GCE_CHECK": "", "GCE_METADATA_HOST": host])
        #expect(try await chain.credentials(for: "r")?.text == "machine")
    }

    @Test func `what is set up and gives nothing is named, and nothing else is tried`() async throws {
        let server = try await GoogleKeyServer.shared.value
        #expect(try await reason(["GOOGLE_APPLICATION_CREDENTIALS": "/none"]).contains("/none"))
        let odd = try write(#"{"type": "external_account"}"#, to: "odd.json")
        #expect(try await reason(["GOOGLE_APPLICATION_CREDENTIALS": odd]).contains("'external_account'"))
        let text = try write("no JSON", to: "text.json")
        #expect(try await reason(["GOOGLE_APPLICATION_CREDENTIALS": text]).contains("no JSON object"))
        let broken = #"{"type": "service_account", "client_email": "a@b", "private_key": "no key"}"#
        let file = try write(broken, to: "broken.json")
        #expect(try await reason(["GOOGLE_APPLICATION_CREDENTIALS": file]).contains("no RSA key"))
        let user = """
            {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "old",
            "token_uri": "\(server.origin)/token"}
            """
        let old = try write(user, to: "old.json")
        #expect(try await reason(["GOOGLE_APPLICATION_CREDENTIALS": old]).contains("invalid_grant: it was revoked"))
    }

    @Test func `a bucket that is not there is no missing file`() async throws {
        let server = try await StorageServer.gcs.value
        let remote = try server.remote("gs://nowhere/store?endpoint=\(server.process.origin)")
        let error = await #expect(throws: RemoteError.self) { try await remote.write([1], to: "file") }
        #expect("\(try #require(error))".contains("gs://nowhere/store"))
    }
}
