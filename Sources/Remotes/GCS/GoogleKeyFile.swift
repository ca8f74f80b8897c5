import ModelCore
import SystemIO
import SystemPackage

/// A file of JSON that says who asks: a service account's key, or what `gcloud auth application-default login` left.
struct GoogleKeyFile: CredentialSource {
    private static let byteLimit = 1 << 20

    let name: String
    let path: FilePath?
    /// Whether somebody named the file, so that it has to be there.
    let isRequired: Bool
    let exchange: GoogleTokenExchange

    func find() async -> CredentialFinding<GoogleToken> {
        guard let path else { return .none("it is not set") }
        let bytes: [UInt8]
        do { bytes = try DurableFile.read(path, limit: GoogleKeyFile.byteLimit) } catch {
            let isMissing = error.errno == .noSuchFileOrDirectory
            return isMissing && !isRequired ? .none("there is no \(path)") : .failed("\(error)")
        }
        guard let members = (try? JSONValue(parsing: bytes))?.object else {
            return .failed("\(path) is no JSON object")
        }
        let type = members["type"]?.string ?? ""
        switch type {
        case "service_account":
            guard let account = GoogleServiceAccount(members) else {
                return .failed("\(path) lacks an address or a key")
            }
            return await exchange.token(for: account)
        case "authorized_user":
            guard let user = GoogleUser(members) else { return .failed("\(path) lacks a client or a refresh token") }
            return await exchange.token(for: user)
        default:
            return .failed("\(path) is of the type '\(type)', which is not known here: set CLOUDSDK_AUTH_ACCESS_TOKEN")
        }
    }
}

/// A service account and its key.
struct GoogleServiceAccount: Sendable {
    let address: String
    let key: String
    let keyID: String?
    let tokenURL: String

    init?(_ members: [String: JSONValue]) {
        guard let address = members["client_email"]?.string, let key = members["private_key"]?.string else {
            return nil
        }
        self.address = address
        self.key = key
        keyID = members["private_key_id"]?.string
        tokenURL = members["token_uri"]?.string ?? GoogleTokenExchange.service
    }
}

/// A user who let a program act in their name.
struct GoogleUser: Sendable {
    let client: String
    let secret: String
    let refreshToken: String
    let tokenURL: String
    let quotaProject: String?

    init?(_ members: [String: JSONValue]) {
        guard let client = members["client_id"]?.string, let secret = members["client_secret"]?.string,
            let refreshToken = members["refresh_token"]?.string
        else { return nil }
        self.client = client
        self.secret = secret
        self.refreshToken = refreshToken
        tokenURL = members["token_uri"]?.string ?? GoogleTokenExchange.service
        quotaProject = members["quota_project_id"]?.string
    }
}
